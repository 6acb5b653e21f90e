import { noMacs, type Op } from "./op.js";
import { axesFromAttribute, reduceAttributes, reduceRule } from "./reduce.js";
import { reducedExtremumGradient } from "./reduced-extremum.js";

/** The largest over axes. */
export const ReduceMax: Op<typeof reduceAttributes> = {
  domain: "",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: reducedExtremumGradient("max"),
  macs: noMacs,
  upgrade: axesFromAttribute(18),
};
