import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete, extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, type PlainAlgorithm, required } from "./op.js";
import { indicesOf } from "./rules/indices-of.js";
import { sumOfImages } from "./rules/sum-of-images.js";
import { slack, type Window, windowAttributes, windowOf } from "./rules/window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1) };

/** The gradient of a convolution for its weights: x [N, I, H, W], dy [N, O, H', W'] -> dw [O, I/group, kH, kW]. */
export const ConvWeightGradient: Op<typeof attributes> = {
  domain: "senet",
  kind: "gradient",
  attributes,
  shape: ({ inputs, attributes: { group, kernel_shape = [] } }) => {
    const [x, dy] = [required(inputs, 0, "x"), required(inputs, 1, "dy")];
    return [{ dtype: x.dtype, shape: [extent(dy, 1), extent(x, 1) / group, ...kernel_shape] }];
  },
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  algorithms: ({ inputs, attributes: { group, ...rest } }) => {
    const x = required(inputs, 0, "x");
    const window = windowOf(rest, x, rest.kernel_shape ?? []);
    const way = (name: string, write: typeof byTaps): PlainAlgorithm => ({
      name,
      write: (g, [x, dy]) => [write(g, x!, dy!, window, group)],
    });
    const [taps, convolution] = [way("taps", byTaps), way("one-convolution", convolved)];
    const points = [x, required(inputs, 1, "dy")].every(({ shape }) => shape.slice(2).every((size) => size === 1));
    if (points && group === 1 && elements(window.kernel) === 1) return [way("product", ofPoints), taps, convolution];
    // Measured, see docs/architecture.md: with few channels in a group the products of taps are too thin to be fast.
    const thin = extent(x, 1) / group <= 4 && elements(window.kernel) > 1;
    return thin ? [convolution, taps] : [taps, convolution];
  },
};

/** The product of two matrices where maps are single points, as in a dense layer: dw = Σₙ dyₙ · xₙᵀ. */
function ofPoints(g: GraphBuilder, x: Value, dy: Value, { kernel }: Window): Value {
  const [flatX, flatDy] = [x, dy].map((value) =>
    g.call("Reshape", [value, g.ints([extent(value, 0), extent(value, 1)])]),
  );
  const dw = g.call("Gemm", [flatDy, flatX], { transA: 1 });
  return g.call("Reshape", [dw, g.ints([extent(dy, 1), extent(x, 1), ...kernel])]);
}

/** For every tap (i, j) of the kernel: dw[:, :, i, j] = Σₙ dyₙ · x'ₙᵀ, with x' the positions of x under that tap. */
function byTaps(g: GraphBuilder, x: Value, dy: Value, window: Window, group: number): Value {
  const { kernel, strides, dilations, before, after } = window;
  const [batch, channels, ...sizes] = concrete(x) as [number, number, ...number[]];
  const [, outputs, ...places] = concrete(dy) as [number, number, ...number[]];
  const [perGroup, count] = [channels / group, elements(places)];

  const padding = [0, 0, ...before, 0, 0, ...after];
  const padded = padding.some((pad) => pad !== 0) ? g.call("Pad", [x, g.ints(padding)]) : x;
  const high = sizes.map((size, i) => size + before[i]! + after[i]!);
  const grouped = g.call("Reshape", [padded, g.ints([batch, group, perGroup, ...high])]);
  const channelsLast = g.call("Transpose", [grouped], { perm: [0, 1, ...sizes.map((_, i) => i + 3), 2] }); // [N, g, H, W, I/g]
  const maps = g.call("Reshape", [dy, g.ints([batch, group, outputs / group, count])]);
  const whole = high.every((size, i) => size === places[i]);

  const taps = indicesOf(kernel).map((tap) => {
    const start = tap.map((at, i) => at * dilations[i]!);
    const end = start.map((at, i) => at + strides[i]! * (places[i]! - 1) + 1);
    const axes = g.ints(sizes.map((_, i) => i + 2));
    const under = whole
      ? channelsLast
      : g.call("Slice", [channelsLast, g.ints(start), g.ints(end), axes, g.ints(strides)]);
    const flat = g.call("Reshape", [under, g.ints([batch, group, count, perGroup])]);
    const products = g.call("MatMul", [maps, flat]); // [N, g, O/g, I/g]
    return g.call("Reshape", [sumOfImages(g, products), g.ints([outputs, perGroup, 1])]);
  });
  const all = taps.length === 1 ? taps[0]! : g.call("Concat", taps, { axis: 2 });
  return g.call("Reshape", [all, g.ints([outputs, perGroup, ...kernel])]);
}

/**
 * dw as a convolution of x with dy as its filter: every group of every image is a group of it, the channels within a
 * group are its batch, strides and dilations change places; then the sum over images.
 */
function convolved(g: GraphBuilder, x: Value, dy: Value, window: Window, group: number): Value {
  const { kernel, strides, dilations, before, after } = window;
  const [batch, channels, ...sizes] = concrete(x) as [number, number, ...number[]];
  const [, outputs, ...places] = concrete(dy) as [number, number, ...number[]];
  const [perGroup, taps] = [channels / group, elements(kernel)];

  // The kernel has one position for each tap; what strides left over at the end would give more.
  const tail = after.map((pad, i) => pad - (slack(x, window, i) - (places[i]! - 1) * strides[i]!));
  const cuts = tail.some((pad) => pad < 0); // a convolution's own pads cannot
  const kept = cuts ? g.call("Pad", [x, g.ints([0, 0, ...before, 0, 0, ...tail])]) : x;
  const rest = cuts ? sizes.map((size, i) => size + before[i]! + tail[i]!) : sizes;

  const apart = (first: number, second: number) => g.call("Reshape", [kept, g.ints([first, second, ...rest])]);
  const perm = [1, 0, ...sizes.map((_, i) => i + 2)];
  const turned =
    perGroup === 1 ? apart(1, batch * group) : g.call("Transpose", [apart(batch * group, perGroup)], { perm }); // [I/g, N·g, H, W]
  const filters = g.call("Reshape", [dy, g.ints([batch * outputs, 1, ...places])]);
  const made = g.call("Conv", [turned, filters], {
    strides: dilations,
    dilations: strides,
    pads: [...before, ...tail].map((pad) => (cuts ? 0 : pad)),
    group: batch * group,
  }); // [I/g, N·O, kH, kW]
  const perImage = g.call("Reshape", [made, g.ints([perGroup, batch, outputs * taps])]);
  const summed = g.call("ReduceSum", [perImage, g.ints([1])], { keepdims: 0 });
  const swapped = g.call("Transpose", [g.call("Reshape", [summed, g.ints([perGroup, outputs, taps])])], {
    perm: [1, 0, 2],
  });
  return g.call("Reshape", [swapped, g.ints([outputs, perGroup, ...kernel])]);
}
