import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = cos x, in radians. */
export const Cos: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs: [x] }) => [() => g.call("Neg", [g.call("Mul", [dy, g.call("Sin", [x])])])],
  macs: noMacs,
};
