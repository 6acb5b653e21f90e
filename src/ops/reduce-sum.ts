import { addDims } from "../graph/dims/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { arithmetic } from "./rules/fold.js";
import { foldReduce } from "./rules/fold-reduce.js";
import { axesFromAttribute, reduceAttributes, reduceRule, unreduce } from "./rules/reduce.js";

/** Sums over axes. */
export const ReduceSum: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs }) => [() => unreduce(g, dy, required(inputs, 0, "data"), inputs[1]), undefined],
  macs: noMacs,
  known: (call) =>
    foldReduce(
      call,
      arithmetic((a, b) => a + b, addDims),
      0,
    ),
  upgrade: axesFromAttribute(13),
};
