import type { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";

/**
 * Zeros of the shape of a value: the gradient of what nothing depends on.
 * @throws ShapeError when an extent is symbolic.
 */
export function zerosLike(g: GraphBuilder, value: Value): Value {
  return g.call("Expand", [g.scalar(0), g.ints(concrete(value))]);
}
