import { productOfDims } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** The number of elements of x, int64, without axes. */
export const Size: Op<typeof attributes> = {
  domain: "",
  kind: "shape",
  attributes,
  shape: ({ inputs }) => {
    required(inputs, 0, "data");
    return [{ dtype: "int64", shape: [] }];
  },
  gradient: () => [undefined], // a count does not depend on elements
  macs: noMacs,
  known: ({ inputs }) => [{ dtype: "int64", shape: [], data: [productOfDims(required(inputs, 0, "data").shape)] }],
};
