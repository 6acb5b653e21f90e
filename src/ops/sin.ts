import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = sin x, in radians. */
export const Sin: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs: [x] }) => [() => g.call("Mul", [dy, g.call("Cos", [x])])],
  macs: noMacs,
};
