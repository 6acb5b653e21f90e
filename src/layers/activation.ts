import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";

/** The activations that networks of the zoo use, by name. */
export const activations = {
  relu: (g, x) => g.call("Relu", [x]),
  relu6: (g, x) => g.call("Clip", [x, g.scalar(0), g.scalar(6)]),
  /** x · hardSigmoid(x). Source: Howard et al. 2019, arXiv:1905.02244, §5.2. */
  "hard-swish": (g, x) => g.call("HardSwish", [x]),
  /** x · σ(x). Source: Elfwing et al. 2017, arXiv:1702.03118. */
  silu: (g, x) => g.call("Mul", [x, g.call("Sigmoid", [x])]),
} satisfies Record<string, (g: GraphBuilder, x: Value) => Value>;

/**
 * The name of an activation.
 * @useDeclaredType
 */
export type Activation = keyof typeof activations;
