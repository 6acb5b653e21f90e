import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = −x. */
export const Neg: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: (g, dy) => [() => g.call("Neg", [dy])],
  macs: noMacs,
};
