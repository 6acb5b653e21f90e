import { foldMax } from "./extremum.js";
import { noMacs, type Op } from "./op.js";
import { axesFromAttribute, foldReduce, reduceAttributes, reduceRule } from "./reduce.js";
import { reducedExtremumGradient } from "./reduced-extremum.js";

/** The largest over axes. */
export const ReduceMax: Op<typeof reduceAttributes> = {
  domain: "",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: reducedExtremumGradient("max"),
  macs: noMacs,
  known: (call) => foldReduce(call, foldMax),
  upgrade: axesFromAttribute(18),
};
