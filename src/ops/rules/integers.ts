import { ShapeError } from "../../graph/dims/shape.js";
import type { ValueType } from "../../graph/graph.js";
import { broadcastRule } from "./broadcast.js";

/** The shape rule of operators on the bits of two integers, element by element with broadcasting. */
export function integerRule(call: { inputs: readonly (ValueType | undefined)[] }): ValueType[] {
  const [type] = broadcastRule(call);
  if (type!.dtype.startsWith("float") || type!.dtype === "bool") {
    throw new ShapeError({ given: type!.dtype, expected: "integers" });
  }
  return [type!];
}
