import { addDims } from "../graph/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { axesFromAttribute, foldReduce, foldWhole, reduceAttributes, reduceRule, unreduce } from "./reduce.js";

/** Sums over axes. */
export const ReduceSum: Op<typeof reduceAttributes> = {
  domain: "",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs }) => [() => unreduce(g, dy, required(inputs, 0, "data"), inputs[1]), undefined],
  macs: noMacs,
  known: (call) => foldReduce(call, (all, dtype) => foldWhole(all, dtype, 0, addDims)),
  upgrade: axesFromAttribute(13),
};
