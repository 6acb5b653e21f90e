import { attribute } from "../graph/attributes.js";
import type { ValueType } from "../graph/graph.js";
import { float32, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { foldEach } from "./rules/fold.js";

const attributes = { value: attribute("tensor", float32([1], [0])) };

/** A tensor of the shape that its input lists, filled with `value` (a tensor of one element). */
export const ConstantOfShape: Op<typeof attributes> = {
  domain: "",
  kind: "shape",
  attributes,
  shape: ({ inputs, attributes: { value }, known }) => {
    required(inputs, 0, "input");
    const shape = known(0);
    if (shape === undefined) throw new TypeError("got a shape that is computed; expected a constant");
    if (value.data.length !== 1) throw new TypeError(`got a value of ${value.data.length} elements; expected one`);
    return [{ dtype: value.dtype, shape: shape.data }];
  },
  gradient: () => [undefined], // it does not depend on elements
  macs: noMacs,
  known: (call) => {
    const [{ dtype, shape }] = ConstantOfShape.shape(call) as [ValueType];
    const [value] = toNumbers(call.attributes.value);
    return [foldEach(dtype, shape, () => value)];
  },
};
