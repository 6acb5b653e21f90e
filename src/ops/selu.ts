import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { exponentialSlope } from "./rules/exponential-slope.js";

const attributes = {
  alpha: attribute("float", 1.6732632423543772),
  gamma: attribute("float", 1.0507009873554805),
};

/** y = γ·x where x > 0, else γ·α·(eˣ − 1). Source: Klambauer et al. 2017, arXiv:1706.02515. */
export const Selu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs, attributes: { alpha, gamma } }) => [
    () => g.call("Mul", [dy, exponentialSlope(g, required(inputs, 0, "X"), { above: gamma, below: gamma * alpha })]),
  ],
  macs: noMacs,
};
