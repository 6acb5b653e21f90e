import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = max(x, 0). */
export const Relu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "moves",
  gate: "never",
  positive: true,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { outputs }) => [() => g.call("ReluGradient", [dy, outputs[0]])],
  macs: noMacs,
};
