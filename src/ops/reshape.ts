import { attribute } from "../graph/attributes.js";
import type { Dim } from "../graph/graph.js";
import { concrete, formatShape, productOfDims, ShapeError } from "../graph/shape.js";
import { elements, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { allowzero: attribute("int", 0) };

/** The same elements in another shape; 0 copies an extent, one −1 takes what is left. */
export const Reshape: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, attributes: { allowzero }, constant }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    const target = constant(1);
    if (target === undefined) throw new TypeError("got a shape that is computed; expected a constant");
    const wanted = toNumbers(target).map((dim, i): Dim => (dim === 0 && !allowzero ? (shape[i] ?? 0) : dim));
    return [{ dtype, shape: fillIn(shape, wanted) }];
  },
  gradient: (g, dy, { inputs }) => [
    () => g.call("Reshape", [dy, g.ints(concrete(required(inputs, 0, "data")))]),
    undefined,
  ],
  macs: noMacs,
};

/** Replaces −1 by what is left of `from`; symbolic extents that appear on both sides cancel. */
function fillIn(from: readonly Dim[], to: readonly Dim[]): Dim[] {
  const left = [...from];
  for (const dim of to) {
    const at = typeof dim === "string" ? left.indexOf(dim) : -1;
    if (at >= 0) left.splice(at, 1);
  }
  const known = to.filter((dim): dim is number => typeof dim === "number" && dim !== -1);
  const unknown = to.filter((dim) => dim === -1).length;
  const numbers = elements(left.filter((dim) => typeof dim === "number"));
  const names = left.filter((dim) => typeof dim === "string");
  const ratio = numbers / elements(known);
  const negative = known.some((dim) => dim < 0);
  if (negative || unknown > 1 || (names.length === 0 && (unknown === 1 ? !Number.isInteger(ratio) : ratio !== 1))) {
    throw new ShapeError({
      given: `${formatShape(from)} to ${formatShape(to)}`,
      expected: "as many elements after as before, with at most one -1",
    });
  }
  return to.map((dim) => (dim === -1 ? productOfDims([...names, ratio]) : dim));
}
