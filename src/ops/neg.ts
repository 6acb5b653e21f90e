import { subtractDims } from "../graph/dims/dim.js";
import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements, inRange } from "./rules/fold.js";

const attributes = {};

/** y = −x. */
export const Neg: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "moves",
  attributes,
  shape: unaryRule,
  gradient: (g, dy) => [() => g.call("Neg", [dy])],
  macs: noMacs,
  known: (call) =>
    foldElements(call, ([x], dtype) => (typeof x === "number" ? inRange(dtype, -x, x) : subtractDims(0, x!))),
};
