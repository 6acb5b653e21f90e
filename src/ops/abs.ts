import { rangeOf } from "../graph/dims/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements, inRange } from "./rules/fold.js";
import { signOf } from "./rules/steps.js";

const attributes = {};

/** y = |x|; its slope at 0 is taken as 0. */
export const Abs: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "moves",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs }) => [() => g.call("Mul", [dy, signOf(g, required(inputs, 0, "X"))])],
  macs: noMacs,
  known: (call) =>
    foldElements(call, ([x], dtype) => {
      if (typeof x === "number") return inRange(dtype, Math.abs(x), x);
      return rangeOf(x!).low >= 0 ? x : undefined;
    }),
};
