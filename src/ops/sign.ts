import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = −1, 0 or 1 by the sign of x. */
export const Sign: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat everywhere but at 0" },
  macs: noMacs,
};
