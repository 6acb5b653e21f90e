import { broadcastShapes, ShapeError } from "../graph/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** y = a where the condition holds, else b, with broadcasting. */
export const Where: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs }) => {
    const [condition, a, b] = [required(inputs, 0, "condition"), required(inputs, 1, "X"), required(inputs, 2, "Y")];
    if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
      throw new ShapeError({
        given: `${condition.dtype}, ${a.dtype} and ${b.dtype}`,
        expected: "bool and two of one element type",
      });
    }
    return [{ dtype: a.dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)) }];
  },
  gradient: { none: "it is written for optimizers, after all gradients" },
  macs: noMacs,
};
