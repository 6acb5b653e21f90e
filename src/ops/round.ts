import { isWhole } from "../graph/dims/dim.js";
import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements } from "./rules/fold.js";

const attributes = {};

/** y = the whole number nearest to x; halves go to the even one. */
export const Round: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between halves of whole numbers" },
  macs: noMacs,
  known: (call) => foldElements(call, ([x]) => (typeof x === "number" ? toEven(x) : isWhole(x!) ? x : undefined)),
};

/** The nearest whole number, of two the even one. */
function toEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}
