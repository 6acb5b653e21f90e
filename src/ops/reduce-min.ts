import { foldExtremum } from "./fold-extremum.js";
import { foldReduce } from "./fold-reduce.js";
import { noMacs, type Op } from "./op.js";
import { axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./reduce.js";
import { reducedExtremumGradient } from "./reduced-extremum.js";

/** The smallest over axes. */
export const ReduceMin: Op<typeof reduceAttributes> = {
  domain: "",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: reducedExtremumGradient("min"),
  macs: noMacs,
  known: (call) => foldReduce(call, foldExtremum("min"), undefined),
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
