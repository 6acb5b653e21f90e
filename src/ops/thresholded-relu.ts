import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { positive } from "./rules/steps.js";

const attributes = { alpha: attribute("float", 1) };

/** y = x where x > α, else 0. */
export const ThresholdedRelu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: true,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs, attributes: { alpha } }) => [
    () => g.call("Mul", [dy, positive(g, g.call("Sub", [required(inputs, 0, "X"), g.scalar(alpha)]))]),
  ],
  macs: noMacs,
};
