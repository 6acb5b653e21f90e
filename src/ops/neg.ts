import { subtractDims } from "../graph/dim.js";
import { unaryRule } from "./broadcast.js";
import { foldElements, inRange } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = −x. */
export const Neg: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: (g, dy) => [() => g.call("Neg", [dy])],
  macs: noMacs,
  known: (call) =>
    foldElements(call, ([x], dtype) => (typeof x === "number" ? inRange(dtype, -x, x) : subtractDims(0, x!))),
};
