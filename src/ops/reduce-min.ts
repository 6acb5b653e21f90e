import { noMacs, type Op } from "./op.js";
import { foldExtremum } from "./rules/fold-extremum.js";
import { foldReduce } from "./rules/fold-reduce.js";
import { axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";
import { reducedExtremumGradient } from "./rules/reduced-extremum.js";

/** The smallest over axes. */
export const ReduceMin: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: reducedExtremumGradient("min"),
  macs: noMacs,
  known: (call) => foldReduce(call, foldExtremum("min"), undefined),
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
