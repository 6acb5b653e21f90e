import { isWhole, rangeOf, truncateDim } from "../graph/dims/dim.js";
import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements } from "./rules/fold.js";

const attributes = {};

/** y = the largest whole number that is not above x. */
export const Floor: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between whole numbers" },
  macs: noMacs,
  known: (call) =>
    foldElements(call, ([x]) => {
      if (typeof x === "number") return Math.floor(x);
      return isWhole(x!) ? x : rangeOf(x!).low >= 0 ? truncateDim(x!) : undefined;
    }),
};
