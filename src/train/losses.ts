import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { extent } from "../graph/shape.js";
import type { LossRule } from "../transform/training-step.js";

/**
 * Softmax cross-entropy, the mean over the batch of −log p(label).
 * @returns a rule from logits [N, K] and labels int64 [N] to a scalar.
 */
export function crossEntropy(): LossRule {
  return (g, logits, labels) => {
    const log = g.call("LogSoftmax", [logits], { axis: 1 });
    const picked = g.call("ReduceSum", [g.call("Mul", [log, oneHot(g, labels, extent(logits, 1))])], { keepdims: 0 });
    return g.call("Mul", [picked, g.scalar(-1 / extent(logits, 0))]);
  };
}

/** Labels int64 [N] as rows of zeros with a one: float32 [N, classes]. */
function oneHot(g: GraphBuilder, labels: Value, classes: number): Value {
  const column = g.call("Reshape", [labels, g.ints([-1, 1])]);
  const numbers = g.ints(Array.from({ length: classes }, (_, k) => k));
  return g.call("Cast", [g.call("Equal", [column, numbers])], { to: 1 });
}
