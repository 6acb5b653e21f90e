import { attribute } from "../graph/attributes.js";
import { addDims } from "../graph/dims/dim.js";
import type { Known } from "../graph/dims/known.js";
import { extent, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, ValueType } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { elementAt, foldEach } from "./rules/fold.js";

const attributes = { axis: attribute("int", 0) };

/** Joins tensors along `axis`. */
export const Concat: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: "joins",
  attributes,
  shape: ({ inputs, attributes: { axis } }) => {
    const { dtype, shape } = required(inputs, 0, "inputs");
    const at = normalizeAxis(axis, shape.length);
    let total: Dim = 0;
    for (const input of inputs) {
      const other = required([input], 0, "inputs");
      if (other.dtype !== dtype) {
        throw new ShapeError({
          given: `${dtype} and ${other.dtype}`,
          expected: "one element type",
          fix: "Cast one of them",
        });
      }
      const fits = other.shape.length === shape.length && other.shape.every((dim, i) => i === at || dim === shape[i]);
      if (!fits) {
        throw new ShapeError({
          given: `${formatShape(shape)} and ${formatShape(other.shape)}`,
          expected: `equal extents everywhere but at axis ${at}`,
        });
      }
      total = addDims(total, other.shape[at]!);
    }
    return [{ dtype, shape: shape.map((dim, i) => (i === at ? total : dim)) }];
  },
  gradient: (g, dy, { inputs, attributes: { axis } }) => {
    let start = 0;
    return inputs.map((input) => {
      const from = start;
      start += extent(required([input], 0, "inputs"), axis);
      const end = start;
      return () => g.call("Slice", [dy, g.ints([from]), g.ints([end]), g.ints([axis])]);
    });
  },
  macs: noMacs,
  known: (call) => {
    const parts = call.inputs.map((_, i) => call.known(i));
    if (!parts.every((part) => part !== undefined)) return [undefined];
    const [{ dtype, shape }] = Concat.shape(call) as [ValueType];
    return [foldEach(dtype, shape, (at) => pick(parts, normalizeAxis(call.attributes.axis, shape.length), at))];
  },
};

/** The element at `at` of parts that lie one after the other. */
function pick(parts: readonly Known[], axis: number, at: readonly number[]): Dim | undefined {
  let position = at[axis]!;
  for (const part of parts) {
    const size = part.shape[axis]!;
    if (position < size) return elementAt(part, at.with(axis, position));
    position -= size;
  }
  return undefined;
}
