import { attribute } from "../graph/attributes.js";
import { concrete, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { elementAt, foldMove } from "./rules/fold.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { axis: attribute("int", 0) };

/** For each element of `indices` the element of x at the same place, but along `axis` at the place the index says. */
export const GatherElements: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs, attributes: { axis } }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    normalizeAxis(axis, x.shape.length);
    if (indices.shape.length !== x.shape.length) {
      throw new ShapeError({
        given: `data ${formatShape(x.shape)}, indices ${formatShape(indices.shape)}`,
        expected: "as many axes in both",
      });
    }
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  gradient: (g, dy, { inputs, attributes: { axis } }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    const zeros = () => zerosOf(g, dy.dtype, concrete(x));
    return [() => g.call("ScatterElements", [zeros(), indices, dy], { axis, reduction: "add" }), undefined];
  },
  macs: noMacs,
  known: ({ known, attributes }) => {
    const [x, indices] = [known(0), known(1)];
    if (x === undefined || indices === undefined) return [undefined];
    const axis = normalizeAxis(attributes.axis, x.shape.length);
    const source = (at: readonly number[]) => {
      const index = Number(elementAt(indices, at));
      return at.with(axis, index < 0 ? index + x.shape[axis]! : index);
    };
    return [indices.data.every((index) => typeof index === "number") ? foldMove(x, indices.shape, source) : undefined];
  },
};
