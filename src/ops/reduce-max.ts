import { noMacs, type Op } from "./op.js";
import { foldExtremum } from "./rules/fold-extremum.js";
import { foldReduce } from "./rules/fold-reduce.js";
import { axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";
import { reducedExtremumGradient } from "./rules/reduced-extremum.js";

/** The largest over axes. */
export const ReduceMax: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: reducedExtremumGradient("max"),
  macs: noMacs,
  known: (call) => foldReduce(call, foldExtremum("max"), undefined),
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
