import { concrete } from "../graph/dims/shape.js";
import { toLargest } from "./max-pool.js";
import { noMacs, type Op, required } from "./op.js";
import { globalPoolRule } from "./rules/global-pool.js";

const attributes = {};

/** The largest pixel of every feature map: x [N, C, H, W] -> [N, C, 1, 1]. */
export const GlobalMaxPool: Op<typeof attributes> = {
  domain: "",
  kind: "pool",
  scaling: "moves",
  attributes,
  shape: globalPoolRule,
  gradient: (g, dy, { inputs }) => [
    () => {
      const x = required(inputs, 0, "X");
      const kernel = concrete(x).slice(2);
      const none = kernel.map(() => 0);
      const ones = kernel.map(() => 1);
      return toLargest(g, dy, x, { kernel, strides: kernel, dilations: ones, before: none, after: none });
    },
  ],
  macs: noMacs,
};
