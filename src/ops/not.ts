import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements } from "./rules/fold.js";

const attributes = {};

/** y = ¬x, bool. */
export const Not: Op<typeof attributes> = {
  domain: "",
  kind: "logic",
  attributes,
  shape: unaryRule,
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
  known: (call) => foldElements(call, ([x]) => (x === 0 ? 1 : 0)),
};
