import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = ln x. */
export const Log: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs: [x] }) => [() => g.call("Div", [dy, x])],
  macs: noMacs,
};
