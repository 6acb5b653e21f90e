import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";

const attributes = { start: attribute("int", 0), end: attribute("int", undefined) };

/** The extents of x from axis `start` to `end` (not included), int64; all of them when left out. */
export const Shape: Op<typeof attributes> = {
  domain: "",
  kind: "shape",
  attributes,
  shape: ({ inputs, attributes: { start, end } }) => [
    { dtype: "int64", shape: [required(inputs, 0, "data").shape.slice(start, end).length] },
  ],
  gradient: () => [undefined], // extents do not depend on elements
  macs: noMacs,
  downgrade: attributesSince({ start: { since: 15, implied: 0 }, end: { since: 15 } }),
  known: ({ inputs, attributes: { start, end } }) => {
    const data = required(inputs, 0, "data").shape.slice(start, end);
    return [{ dtype: "int64", shape: [data.length], data }];
  },
};
