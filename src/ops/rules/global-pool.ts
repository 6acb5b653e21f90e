import { formatShape, ShapeError } from "../../graph/dims/shape.js";
import type { ValueType } from "../../graph/graph.js";
import { type OpCall, required } from "../op.js";

/** The shape rule of pools over whole maps: x [N, C, H, W] of any spatial rank -> [N, C, 1, 1]. */
export function globalPoolRule({ inputs }: Pick<OpCall<Record<string, never>>, "inputs">): ValueType[] {
  const { dtype, shape } = required(inputs, 0, "X");
  if (shape.length < 3) throw new ShapeError({ given: `x ${formatShape(shape)}`, expected: "x [N, C, H, W]" });
  return [{ dtype, shape: [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)] }];
}
