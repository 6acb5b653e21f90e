import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = ln(1 + eˣ). */
export const Softplus: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: true,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs: [x] }) => [() => g.call("Mul", [dy, g.call("Sigmoid", [x])])],
  macs: noMacs,
};
