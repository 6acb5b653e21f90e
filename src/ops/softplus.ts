import { unaryRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** y = ln(1 + eˣ). */
export const Softplus: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs }) => [() => g.call("Mul", [dy, g.call("Sigmoid", [required(inputs, 0, "X")])])],
  macs: noMacs,
};
