import { readAttributes, writeAttributes } from "../graph/attributes.js";
import type { Dim } from "../graph/graph.js";
import { type Known, tensorOf } from "../graph/known.js";
import type { DType } from "../graph/tensor.js";
import { type OpName, opOf } from "../ops/index.js";

/** A one-dimensional known value, or one without axes. */
export function knownDims(dims: readonly Dim[] | Dim, dtype: DType = "int64"): Known {
  return Array.isArray(dims) ? { dtype, shape: [dims.length], data: dims } : { dtype, shape: [], data: [dims as Dim] };
}

/** What an operator makes of known operands while the graph is built; undefined where it leaves that to the engine. */
export function knownResult(
  op: OpName,
  operands: readonly (Known | undefined)[],
  attributes: Readonly<Record<string, number>> = {},
): Known | undefined {
  const rule = opOf(op, "");
  const call = {
    inputs: operands,
    attributes: readAttributes(rule.attributes, writeAttributes(rule.attributes, attributes), op),
    known: (i: number) => operands[i],
    constant: (i: number) => operands[i] && tensorOf(operands[i]),
    outputCount: 1,
  };
  return rule.known?.(call)[0];
}
