import type { GraphBuilder } from "../../graph/builder.js";
import { concrete, extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { elements } from "../../graph/tensor.js";

/** A vector [C] with the axes it needs to broadcast over x [N, C, ..]. */
export function perChannel(g: GraphBuilder, vector: Value, x: Value): Value {
  return g.call("Reshape", [vector, g.ints([1, -1, ...x.shape.slice(2).map(() => 1)])]);
}

/** Sums x [N, C, ..] over everything but the channel: [C]. */
export function channelSum(g: GraphBuilder, x: Value): Value {
  const count = elements(concrete(x)) / extent(x, 1);
  return g.call("Mul", [channelMean(g, x), g.scalar(count)]);
}

/** Averages x [N, C, ..] over everything but the channel: [C]. The pool is ONNX Runtime's fastest way over H and W. */
export function channelMean(g: GraphBuilder, x: Value): Value {
  const pooled = x.shape.length > 2 ? g.call("GlobalAveragePool", [x]) : x;
  const axes = pooled.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return g.call("ReduceMean", [pooled, g.ints(axes)], { keepdims: 0 });
}
