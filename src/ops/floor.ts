import { isWhole, rangeOf, truncateDim } from "../graph/dim.js";
import { unaryRule } from "./broadcast.js";
import { foldElements } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = the largest whole number that is not above x. */
export const Floor: Op<typeof attributes> = {
  domain: "",
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
