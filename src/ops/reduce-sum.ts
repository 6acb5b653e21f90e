import { addDims } from "../graph/dim.js";
import { arithmetic } from "./fold.js";
import { foldReduce } from "./fold-reduce.js";
import { noMacs, type Op, required } from "./op.js";
import { axesFromAttribute, reduceAttributes, reduceRule, unreduce } from "./reduce.js";

/** Sums over axes. */
export const ReduceSum: Op<typeof reduceAttributes> = {
  domain: "",
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
