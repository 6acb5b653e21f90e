import { concrete } from "../graph/dims/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { globalPoolRule } from "./rules/global-pool.js";

const attributes = {};

/** The mean of every feature map: x [N, C, H, W] -> [N, C, 1, 1]. */
export const GlobalAveragePool: Op<typeof attributes> = {
  domain: "",
  kind: "pool",
  scaling: "moves",
  attributes,
  shape: globalPoolRule,
  gradient: (g, dy, { inputs }) => [
    () => {
      const shape = concrete(required(inputs, 0, "X"));
      return g.call("Expand", [g.call("Mul", [dy, g.scalar(1 / elements(shape.slice(2)))]), g.ints(shape)]);
    },
  ],
  macs: noMacs,
};
