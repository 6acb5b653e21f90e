import { unaryRule } from "./broadcast.js";
import { foldElements } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = ¬x, bool. */
export const Not: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
  known: (call) => foldElements(call, ([x]) => (x === 0 ? 1 : 0)),
};
