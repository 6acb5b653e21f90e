import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";

// ONNX Runtime's HardSigmoid, max(0, min(1, α·x + β)), runs at the speed of memory; Sign, Where and comparisons take
// five to ten times as long. Made this steep it is a step: every normal number but 0 is taken beyond ±1.
const steep = 2 ** 127;

/** 1 where x > 0, else 0. */
export function positive(g: GraphBuilder, x: Value): Value {
  return g.call("HardSigmoid", [x], { alpha: steep, beta: 0 });
}

/** 1 where x > 0, ½ where x = 0 and 0 where x < 0. */
export function halfStep(g: GraphBuilder, x: Value): Value {
  return g.call("HardSigmoid", [x], { alpha: steep, beta: 0.5 });
}

/** 1 where x ≤ 0, else 0. */
export function notPositive(g: GraphBuilder, x: Value): Value {
  return g.call("HardSigmoid", [x], { alpha: -steep, beta: 1 });
}

/** −1, 0 or 1 by the sign of x. */
export function signOf(g: GraphBuilder, x: Value): Value {
  return g.call("Clip", [g.call("Mul", [x, g.scalar(steep)]), g.scalar(-1), g.scalar(1)]);
}

/** x where it is negative, else 0. */
export function negativePart(g: GraphBuilder, x: Value): Value {
  return g.call("Clip", [x, undefined, g.scalar(0)]);
}

/** a / b where b > 0, else 0, for b that is never negative. */
export function overPositive(g: GraphBuilder, a: Value, b: Value): Value {
  const smallest = g.scalar(2 ** -126);
  return g.call("Div", [g.call("Mul", [a, positive(g, b)]), g.call("Clip", [b, smallest])]);
}
