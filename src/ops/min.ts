import { noMacs, type Op } from "./op.js";
import { variadicRule } from "./rules/broadcast.js";
import { extremumGradient } from "./rules/extremum.js";
import { combined, foldElements } from "./rules/fold.js";
import { foldExtremum } from "./rules/fold-extremum.js";

const attributes = {};

/** The smallest of any number of operands, element by element, with broadcasting. */
export const Min: Op<typeof attributes> = {
  domain: "",
  kind: "join",
  scaling: "joins",
  attributes,
  shape: variadicRule,
  gradient: (g, dy, { inputs, outputs }) => extremumGradient(g, dy, outputs[0]!, inputs, "min"),
  macs: noMacs,
  known: (call) =>
    foldElements(call, (operands, dtype) => combined(operands, (a, b) => foldExtremum("min")([a, b], dtype))),
};
