import { attribute } from "../graph/attributes.js";
import { divideDims, quotientOfDims, rangeOf, subtractDims } from "../graph/dims/dim.js";
import { concrete, formatShape, productOfDims, ShapeError } from "../graph/dims/shape.js";
import type { Dim } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { foldReshape } from "./rules/fold.js";

const attributes = { allowzero: attribute("int", 0) };

/** The same elements in another shape; 0 copies an extent, one −1 takes what is left. */
export const Reshape: Op<typeof attributes> = {
  domain: "",
  kind: "view",
  attributes,
  shape: ({ inputs, attributes: { allowzero }, known }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    const target = known(1);
    if (target === undefined) throw new TypeError("got a shape that is computed; expected a constant");
    const wanted = target.data.map((dim, i): Dim => (dim === 0 && !allowzero ? (shape[i] ?? 0) : dim));
    return [{ dtype, shape: fillIn(shape, wanted) }];
  },
  gradient: (g, dy, { inputs }) => [
    () => g.call("Reshape", [dy, g.ints(concrete(required(inputs, 0, "data")))]),
    undefined,
  ],
  macs: noMacs,
  downgrade: attributesSince({ allowzero: { since: 14, implied: 0 } }),
  known: (call) => [foldReshape(call.known(0), Reshape.shape(call)[0]!.shape)],
};

/** Replaces −1 by what is left of `from`. */
function fillIn(from: readonly Dim[], to: readonly Dim[]): Dim[] {
  const [before, rest] = [productOfDims(from), productOfDims(to.filter((dim) => dim !== -1))];
  const unknown = to.filter((dim) => dim === -1).length;
  const negative = to.some((dim) => typeof dim === "number" && dim < -1);
  const { low, high } = rangeOf(subtractDims(before, rest));
  const numbers = typeof before === "number" && typeof rest === "number";
  const left = divideDims(before, rest) ?? (numbers ? undefined : quotientOfDims(before, rest));
  if (negative || unknown > 1 || (unknown === 1 ? left === undefined : low > 0 || high < 0)) {
    throw new ShapeError({
      given: `${formatShape(from)} to ${formatShape(to)}`,
      expected: "as many elements after as before, with at most one -1",
    });
  }
  return to.map((dim) => (dim === -1 ? left! : dim));
}
