import { isWhole } from "../graph/dim.js";
import { unaryRule } from "./broadcast.js";
import { foldElements } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = the smallest whole number that is not below x. */
export const Ceil: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between whole numbers" },
  macs: noMacs,
  known: (call) => foldElements(call, ([x]) => (typeof x === "number" ? Math.ceil(x) : isWhole(x!) ? x : undefined)),
};
