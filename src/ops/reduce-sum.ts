import { noMacs, type Op, required } from "./op.js";
import { axesFromAttribute, reduceAttributes, reduceRule, unreduce } from "./reduce.js";

/** Sums over axes. */
export const ReduceSum: Op<typeof reduceAttributes> = {
  domain: "",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs }) => [() => unreduce(g, dy, required(inputs, 0, "data"), inputs[1]), undefined],
  macs: noMacs,
  upgrade: axesFromAttribute(13),
};
