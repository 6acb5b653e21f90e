import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Known } from "../graph/dims/known.js";
import { concrete, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { elements, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { elementAt, foldMove } from "./rules/fold.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { axis: attribute("int", 0) };

/**
 * Takes slices of x along `axis`: [.., A, ..] by indices [I, J] -> [.., I, J, ..]; negative indices count from the end.
 */
export const Gather: Op<typeof attributes> = {
  domain: "",
  kind: "cut",
  attributes,
  shape: ({ inputs, attributes: { axis }, known }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    const at = normalizeAxis(axis, x.shape.length);
    checkIndices(x, at, known(1));
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)] }];
  },
  gradient: (g, dy, { inputs, attributes: { axis } }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    return [() => gatherBack(g, dy, x, indices, normalizeAxis(axis, x.shape.length)), undefined];
  },
  macs: noMacs,
  known: (call) => {
    const [x, indices, { shape }] = [call.known(0), call.known(1), Gather.shape(call)[0]!];
    if (x === undefined || indices === undefined) return [undefined];
    const axis = normalizeAxis(call.attributes.axis, x.shape.length);
    const rank = indices.shape.length;
    const source = (at: readonly number[]) => {
      const index = Number(elementAt(indices, at.slice(axis, axis + rank)));
      return [...at.slice(0, axis), index < 0 ? index + x.shape[axis]! : index, ...at.slice(axis + rank)];
    };
    return [indices.data.every((index) => typeof index === "number") ? foldMove(x, shape, source) : undefined];
  },
};

/** @throws ShapeError when an index that is known lies outside the axis. */
function checkIndices({ shape }: ValueType, axis: number, indices: Known | undefined): void {
  const size: Dim = shape[axis]!;
  for (const index of indices?.data ?? []) {
    if (typeof index !== "number" || typeof size !== "number" || (index >= -size && index < size)) continue;
    throw new ShapeError({
      given: `index ${index} along axis ${axis} of ${formatShape(shape)}`,
      expected: `indices in [${-size}, ${size - 1}]`,
    });
  }
}

/** Adds the slices of dy up where they were taken from, zeros elsewhere. */
function gatherBack(g: GraphBuilder, dy: Value, x: Value, indices: Value, axis: number): Value {
  const shape = concrete(x);
  const count = elements(concrete(indices));
  const slices = g.call("Reshape", [dy, g.ints(shape.with(axis, count))]); // one axis of indices
  const fixed = g.constantOf(indices);
  const rounds = fixed && takenBack(toNumbers(fixed), shape[axis]!);
  if (rounds !== undefined && rounds.length <= 4) {
    const rest = g.call("Concat", [slices, zerosOf(g, slices.dtype, shape.with(axis, 1))], { axis });
    return rounds
      .map((from) => g.call("Gather", [rest, g.ints(from)], { axis }))
      .reduce((a, b) => g.call("Add", [a, b]));
  }
  const along = g.call("Reshape", [indices, g.ints(shape.map((_, i) => (i === axis ? count : 1)))]);
  const everywhere = g.call("Expand", [along, g.ints(shape.with(axis, count))]);
  const zeros = zerosOf(g, slices.dtype, shape);
  return g.call("ScatterElements", [zeros, everywhere, slices], { axis, reduction: "add" });
}

/**
 * For each of `size` positions, which slice was taken from there, as lists of one slice for each position;
 * `indices.length` stands for none. There are as many lists as the position that was taken most often has slices.
 */
function takenBack(indices: readonly number[], size: number): number[][] {
  const lists: number[][] = [Array<number>(size).fill(indices.length)];
  const seen = Array<number>(size).fill(0);
  for (const [i, index] of indices.entries()) {
    const position = index < 0 ? index + size : index;
    const round = seen[position]!++;
    lists[round] ??= Array<number>(size).fill(indices.length);
    lists[round][position] = i;
  }
  return lists;
}
