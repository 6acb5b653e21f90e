import { attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError, sameShape } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { zerosOf } from "./rules/zeros.js";
import { checkReduction, olderReduction } from "./scatter-elements.js";

const attributes = { reduction: attribute("string", "none") };

/**
 * Puts parts of `updates` into x: each row of `indices` [.., K] says where along the first K axes of x its part goes.
 */
export const ScatterND: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    const updates = required(inputs, 2, "updates");
    const depth = indices.shape.length === 0 ? 0 : extent(indices, -1);
    const expected = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
    if (depth > x.shape.length || indices.shape.length === 0 || !sameShape(updates.shape, expected)) {
      throw new ShapeError({
        given: `data ${formatShape(x.shape)}, indices ${formatShape(indices.shape)}, updates ${formatShape(updates.shape)}`,
        expected: `updates ${formatShape(expected)}`,
      });
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  // Where a place comes twice, only the gradient of reduction "add" is defined: ONNX leaves open which part stays.
  gradient: (g, dy, { inputs, attributes: { reduction } }) => {
    const [indices, updates] = [required(inputs, 1, "indices"), required(inputs, 2, "updates")];
    checkReduction(reduction);
    const hidden = () => zerosOf(g, dy.dtype, concrete(updates));
    return [
      () => (reduction === "add" ? dy : g.call("ScatterND", [dy, indices, hidden()])),
      undefined,
      () => g.call("GatherND", [dy, indices]),
    ];
  },
  macs: noMacs,
  downgrade: olderReduction,
};
