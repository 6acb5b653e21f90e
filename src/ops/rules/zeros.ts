import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { type DType, zeros } from "../../graph/tensor.js";

/** A value of zeros, however large: it is stretched when the graph runs, not stored. */
export function zerosOf(g: GraphBuilder, dtype: DType, shape: readonly number[]): Value {
  return g.call("Expand", [g.constant(zeros(dtype, [])), g.ints(shape)]);
}
