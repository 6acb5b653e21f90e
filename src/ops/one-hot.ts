import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { axis: attribute("int", -1) };

/** `values` [off, on]: along a new axis of extent `depth`, on where the index says, off elsewhere. */
export const OneHot: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  settings: [1, 2],
  shape: ({ inputs, attributes: { axis }, known }) => {
    const [indices, values] = [required(inputs, 0, "indices"), required(inputs, 2, "values")];
    required(inputs, 1, "depth");
    const depth = known(1)?.data;
    if (depth?.length !== 1) throw new TypeError("got a depth that is computed; expected one constant number");
    return [
      {
        dtype: values.dtype,
        shape: indices.shape.toSpliced(normalizeAxis(axis, indices.shape.length + 1), 0, depth[0]!),
      },
    ];
  },
  gradient: { none: "where it is on and off is an index" },
  macs: noMacs,
};
