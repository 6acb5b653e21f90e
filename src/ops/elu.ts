import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { exponentialSlope } from "./rules/exponential-slope.js";

const attributes = { alpha: attribute("float", 1) };

/** y = x where x > 0, else α·(eˣ − 1). Source: Clevert et al. 2015, arXiv:1511.07289. */
export const Elu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs, attributes: { alpha } }) => [
    () => g.call("Mul", [dy, exponentialSlope(g, required(inputs, 0, "X"), { above: 1, below: alpha })]),
  ],
  macs: noMacs,
};
