import { noMacs, type Op, required } from "./op.js";
import { alongside, axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";
import { signOf } from "./rules/steps.js";

/** Sums the sizes |x| over axes. */
export const ReduceL1: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs }) => {
    const x = required(inputs, 0, "data");
    return [() => g.call("Mul", [signOf(g, x), alongside(g, dy, x, inputs[1])]), undefined];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
