import { noMacs, type Op, required } from "./op.js";
import { alongside, axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";

/** Sums the squares over axes. */
export const ReduceSumSquare: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "keeps",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs }) => {
    const x = required(inputs, 0, "data");
    return [() => g.call("Mul", [x, alongside(g, g.call("Mul", [dy, g.scalar(2)]), x, inputs[1])]), undefined];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
