import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {
  axis: attribute("int", 0),
  keepdims: attribute("int", 1),
  select_last_index: attribute("int", 0),
};

/** The index of the largest element along `axis`, int64. */
export const ArgMax: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs, attributes: { axis, keepdims } }) => {
    const { shape } = required(inputs, 0, "data");
    const at = normalizeAxis(axis, shape.length);
    return [{ dtype: "int64", shape: shape.flatMap((dim, i) => (i !== at ? [dim] : keepdims ? [1] : [])) }];
  },
  gradient: { none: "its result is an index" },
  macs: noMacs,
};
