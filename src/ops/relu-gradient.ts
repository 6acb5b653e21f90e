import { noMacs, type Op, required } from "./op.js";
import { broadcastRule } from "./rules/broadcast.js";
import { positive } from "./rules/steps.js";

const attributes = {};

/** dx = dy where y > 0, else 0, for y = relu(x): dy [..], y [..] -> dx [..]. */
export const ReluGradient: Op<typeof attributes> = {
  domain: "senet",
  kind: "gradient",
  attributes,
  shape: broadcastRule,
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  lower: (g, { inputs }) => [g.call("Mul", [required(inputs, 0, "dy"), positive(g, required(inputs, 1, "y"))])],
};
