import { attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { batch_dims: attribute("int", 0) };

/**
 * Takes parts of x by their places: each row of `indices` [.., K] says where along the first K axes of x, counted after
 * `batch_dims` axes that both share.
 */
export const GatherND: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs, attributes: { batch_dims } }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    const depth = indices.shape.length === 0 ? 0 : extent(indices, -1);
    if (depth === 0 || batch_dims + depth > x.shape.length || batch_dims >= indices.shape.length) {
      throw new ShapeError({
        given: `data ${formatShape(x.shape)}, indices ${formatShape(indices.shape)}, batch_dims ${batch_dims}`,
        expected: "indices whose last axis lists 1 place or more, at most one for each axis of data",
      });
    }
    return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch_dims + depth)] }];
  },
  gradient: (g, dy, { inputs, attributes: { batch_dims } }) => {
    const [x, indices] = [required(inputs, 0, "data"), required(inputs, 1, "indices")];
    return [
      () => {
        if (batch_dims !== 0) {
          throw new TypeError(`got batch_dims ${batch_dims}; expected 0 where a gradient is wanted`);
        }
        return g.call("ScatterND", [zerosOf(g, dy.dtype, concrete(x)), indices, dy], { reduction: "add" });
      },
      undefined,
    ];
  },
  macs: noMacs,
};
