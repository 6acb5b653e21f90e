import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements, inRange } from "./rules/fold.js";

const attributes = {};

/** y = 1 / x. */
export const Reciprocal: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { outputs: [y] }) => [() => g.call("Neg", [g.call("Mul", [dy, g.call("Mul", [y, y])])])], // −dy·y²
  macs: noMacs,
  known: (call) => foldElements(call, ([x], dtype) => (typeof x === "number" ? inRange(dtype, 1 / x) : undefined)),
};
