import { concrete, formatShape, ShapeError } from "../graph/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** The mean of every feature map: x [N, C, H, W] -> [N, C, 1, 1]. */
export const GlobalAveragePool: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs }) => {
    const { dtype, shape } = required(inputs, 0, "X");
    if (shape.length < 3) throw new ShapeError({ given: `x ${formatShape(shape)}`, expected: "x [N, C, H, W]" });
    return [{ dtype, shape: [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)] }];
  },
  gradient: (g, dy, { inputs }) => [
    () => {
      const shape = concrete(required(inputs, 0, "X"));
      return g.call("Expand", [g.call("Mul", [dy, g.scalar(1 / elements(shape.slice(2)))]), g.ints(shape)]);
    },
  ],
  macs: noMacs,
};
