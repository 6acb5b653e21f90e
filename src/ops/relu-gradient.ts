import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
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
  lower: (g, { inputs }) => [g.call("Mul", [required(inputs, 0, "dy"), positive(g, required(inputs, 1, "y"))])],
};

/** 1 where y > 0 and 0 where y = 0, for y that is never negative; ONNX Runtime's Sign takes three times as long. */
export function positive(g: GraphBuilder, y: Value): Value {
  return g.call("HardSigmoid", [y], { alpha: 3e38, beta: 0 });
}
