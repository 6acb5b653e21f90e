import type { GraphBuilder } from "../../graph/builder.js";
import { concrete } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { elements, float32 } from "../../graph/tensor.js";

/** A linear map along one axis: for every element of the output the elements of the input it is made of, weighted. */
export type AxisMap = readonly (readonly Term[])[];

/** One input element of a sum and its weight. */
export interface Term {
  readonly at: number;
  readonly weight: number;
}

/** Longer axes are cut into pieces, so that the matrix of a map that stays near the diagonal stays small. */
const piece = 256;

/** The map from inputs to outputs turned round: dx of extent `size` along `axis` for the gradient dy of the outputs. */
export function transposeAlong(g: GraphBuilder, dy: Value, axis: number, map: AxisMap, size: number): Value {
  const shape = concrete(dy);
  const [outer, inner] = [elements(shape.slice(0, axis)), elements(shape.slice(axis + 1))];
  const flat = g.call("Reshape", [dy, g.ints(inner === 1 ? [outer, map.length] : [outer, map.length, inner])]);
  const pieces = [];
  for (let from = 0; from < size; from += piece) {
    pieces.push(inputsBetween(g, flat, map, from, Math.min(from + piece, size)));
  }
  const all = pieces.length === 1 ? pieces[0]! : g.call("Concat", pieces, { axis: 1 });
  return g.call("Reshape", [all, g.ints(shape.with(axis, size))]);
}

/**
 * dx of the inputs from `from` to `to`: [outer, outputs, inner] -> [outer, to − from, inner], or both without inner.
 */
function inputsBetween(g: GraphBuilder, dy: Value, map: AxisMap, from: number, to: number): Value {
  const touched = map.flatMap((terms, o) => (terms.some(({ at }) => at >= from && at < to) ? [o] : []));
  const [first, end] = [touched[0] ?? 0, (touched.at(-1) ?? 0) + 1];
  const near =
    first === 0 && end === map.length ? dy : g.call("Slice", [dy, g.ints([first]), g.ints([end]), g.ints([1])]);
  const [rows, columns] = [to - from, end - first];
  const last = dy.shape.length === 2;
  const matrix = new Float32Array(rows * columns); // [inputs, outputs], turned where it stands on the right
  for (let o = first; o < end; o++) {
    for (const { at, weight } of map[o]!) {
      if (at < from || at >= to) continue;
      matrix[last ? (o - first) * rows + at - from : (at - from) * columns + o - first]! += weight;
    }
  }
  const constant = g.constant(float32(last ? [columns, rows] : [rows, columns], matrix));
  return g.call("MatMul", last ? [near, constant] : [constant, near]);
}
