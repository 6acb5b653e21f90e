import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = 1 / x. */
export const Reciprocal: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { outputs: [y] }) => [() => g.call("Neg", [g.call("Mul", [dy, g.call("Mul", [y, y])])])], // −dy·y²
  macs: noMacs,
};
