import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { foldElements, inRange } from "./rules/fold.js";

const attributes = {};

/** y = √x. */
export const Sqrt: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { outputs }) => [() => g.call("Div", [g.call("Mul", [dy, g.scalar(0.5)]), outputs[0]])], // dy / 2y
  macs: noMacs,
  known: (call) =>
    foldElements(call, ([x], dtype) => (typeof x === "number" ? inRange(dtype, Math.sqrt(x)) : undefined)),
};
