import { attribute } from "../graph/attributes.js";
import { concrete, extent } from "../graph/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { windowAttributes, windowOf } from "./window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1) };

/** The gradient of a convolution for its weights: x [N, I, H, W], dy [N, O, H', W'] -> dw [O, I/group, kH, kW]. */
export const ConvWeightGradient: Op<typeof attributes> = {
  domain: "senet",
  attributes,
  shape: ({ inputs, attributes: { group, kernel_shape = [] } }) => {
    const [x, dy] = [required(inputs, 0, "x"), required(inputs, 1, "dy")];
    return [{ dtype: x.dtype, shape: [extent(dy, 1), extent(x, 1) / group, ...kernel_shape] }];
  },
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  // For every tap (i, j) of the kernel: dw[:, :, i, j] = Σₙ dyₙ · x'ₙᵀ, with x' the positions of x under that tap.
  lower: (g, { inputs, attributes: { group, ...window } }) => {
    const [x, dy] = [required(inputs, 0, "x"), required(inputs, 1, "dy")];
    const { kernel, strides, dilations, before, after } = windowOf(window, x, window.kernel_shape ?? []);
    const [batch, channels, height, width] = concrete(x) as [number, number, number, number];
    const [, outputs, rows, columns] = concrete(dy) as [number, number, number, number];
    const perGroup = channels / group;

    const padding = [0, 0, ...before, 0, 0, ...after];
    const padded = padding.some((pad) => pad !== 0) ? g.call("Pad", [x, g.ints(padding)]) : x;
    const [high, wide] = [height + before[0]! + after[0]!, width + before[1]! + after[1]!];
    const grouped = g.call("Reshape", [padded, g.ints([batch, group, perGroup, high, wide])]);
    const channelsLast = g.call("Transpose", [grouped], { perm: [0, 1, 3, 4, 2] }); // [N, g, H, W, I/g]
    const maps = g.call("Reshape", [dy, g.ints([batch, group, outputs / group, rows * columns])]);

    const taps = [];
    for (let i = 0; i < kernel[0]!; i++) {
      for (let j = 0; j < kernel[1]!; j++) {
        const start = [i * dilations[0]!, j * dilations[1]!];
        const end = [start[0]! + strides[0]! * (rows - 1) + 1, start[1]! + strides[1]! * (columns - 1) + 1];
        const whole = high === rows && wide === columns;
        const under = whole
          ? channelsLast
          : g.call("Slice", [channelsLast, g.ints(start), g.ints(end), g.ints([2, 3]), g.ints(strides)]);
        const flat = g.call("Reshape", [under, g.ints([batch, group, rows * columns, perGroup])]);
        const products = g.call("MatMul", [maps, flat]); // [N, g, O/g, I/g]
        const summed = g.call("ReduceSum", [products, g.ints([0])], { keepdims: 0 });
        taps.push(g.call("Reshape", [summed, g.ints([outputs, perGroup, 1])]));
      }
    }
    const all = taps.length === 1 ? taps[0]! : g.call("Concat", taps, { axis: 2 });
    return [g.call("Reshape", [all, g.ints([outputs, perGroup, ...kernel])])];
  },
};
