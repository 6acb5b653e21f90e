import { broadcastRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** dx = dy where y > 0, else 0, for y = relu(x): dy [..], y [..] -> dx [..]. */
export const ReluGradient: Op<typeof attributes> = {
  domain: "senet",
  attributes,
  shape: broadcastRule,
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  // y is never negative, so its sign is the mask.
  lower: (g, { inputs }) => [g.call("Mul", [required(inputs, 0, "dy"), g.call("Sign", [inputs[1]])])],
};
