import { isWhole } from "../graph/dims/dim.js";
import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements } from "./rules/fold.js";

const attributes = {};

/** y = the smallest whole number that is not below x. */
export const Ceil: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between whole numbers" },
  macs: noMacs,
  known: (call) => foldElements(call, ([x]) => (typeof x === "number" ? Math.ceil(x) : isWhole(x!) ? x : undefined)),
};
