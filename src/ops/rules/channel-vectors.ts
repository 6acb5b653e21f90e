import { formatShape, ShapeError } from "../../graph/dims/shape.js";
import type { ValueType } from "../../graph/graph.js";
import { required } from "../op.js";

/** Checks that the inputs of these names, from number 1 on, hold one entry per channel of x [N, C, ..]. */
export function checkChannelVectors(inputs: readonly (ValueType | undefined)[], names: readonly string[]): ValueType {
  const x = required(inputs, 0, "X");
  for (const [i, name] of names.entries()) {
    const { shape } = required(inputs, i + 1, name);
    if (shape.length === 1 && shape[0] === x.shape[1]) continue;
    throw new ShapeError({
      given: `x ${formatShape(x.shape)}, ${name} ${formatShape(shape)}`,
      expected: `${name} [${x.shape[1]}], one entry per channel`,
    });
  }
  return { dtype: x.dtype, shape: x.shape };
}
