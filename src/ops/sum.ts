import { noMacs, type Op, required } from "./op.js";
import { unbroadcast, variadicRule } from "./rules/broadcast.js";

const attributes = {};

/** y = a + b + … of any number of operands, with broadcasting. */
export const Sum: Op<typeof attributes> = {
  domain: "",
  kind: "join",
  scaling: "joins",
  attributes,
  shape: variadicRule,
  gradient: (g, dy, { inputs }) => inputs.map((_, i) => () => unbroadcast(g, dy, required(inputs, i, "data"))),
  macs: noMacs,
};
