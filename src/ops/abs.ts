import { unaryRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";
import { signOf } from "./steps.js";

const attributes = {};

/** y = |x|; its slope at 0 is taken as 0. */
export const Abs: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs }) => [() => g.call("Mul", [dy, signOf(g, required(inputs, 0, "X"))])],
  macs: noMacs,
};
