import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { concrete, extent } from "../graph/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { type Window, windowAttributes, windowOf, windowToAttributes } from "./window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1), input_shape: attribute("ints", undefined) };

/**
 * The gradient of a convolution for its input: dy [N, O, H', W'], w [O, I/group, kH, kW] -> dx [N, I, H, W],
 * where `input_shape` is [H, W] and the other attributes are those of the convolution.
 */
export const ConvInputGradient: Op<typeof attributes> = {
  domain: "senet",
  attributes,
  shape: ({ inputs, attributes: { group, input_shape = [] } }) => {
    const [dy, w] = [required(inputs, 0, "dy"), required(inputs, 1, "w")];
    return [{ dtype: dy.dtype, shape: [dy.shape[0]!, extent(w, 1) * group, ...input_shape] }];
  },
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  lower: (g, { inputs, attributes: { group, input_shape = [], ...window } }) => {
    const [dy, w] = [required(inputs, 0, "dy"), required(inputs, 1, "w")];
    const resolved = windowOf(window, dy, [extent(w, 2), extent(w, 3)]);
    const flipped = flippedPads(resolved);
    return resolved.strides.every((stride) => stride === 1) && flipped.every((pad) => pad >= 0)
      ? [g.call("Conv", [dy, flipKernel(g, w, group)], { ...window, pads: flipped, group })]
      : [g.call("ConvTranspose", [dy, w], { ...transposedWindow(resolved, dy, input_shape), group })];
  },
};

/** What a full correlation needs around dy: reach − 1 − pad on each side. */
function flippedPads({ kernel, dilations, before, after }: Window): number[] {
  return [before, after].flatMap((pads) => pads.map((pad, i) => (kernel[i]! - 1) * dilations[i]! - pad));
}

/** Output padding makes up for input rows and columns that the strided window never reached. */
function transposedWindow(window: Window, dy: Value, inputShape: readonly number[]) {
  const { kernel, strides, dilations, before, after } = window;
  const output_padding = inputShape.map((size, i) => {
    const covered = (extent(dy, i + 2) - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
    return size + before[i]! + after[i]! - covered;
  });
  return { ...windowToAttributes(window), output_padding };
}

/** w [O, I/g, kH, kW] turned by half a turn, inputs and outputs swapped within each group: [I, O/g, kH, kW]. */
export function flipKernel(g: GraphBuilder, w: Value, group: number): Value {
  const [outputs, inputs, height, width] = concrete(w) as [number, number, number, number];
  const turned =
    height === 1 && width === 1
      ? w
      : g.call("Slice", [w, g.ints([-1, -1]), g.ints([-height - 1, -width - 1]), g.ints([2, 3]), g.ints([-1, -1])]);
  if (group === 1) return g.call("Transpose", [turned], { perm: [1, 0, 2, 3] });
  const grouped = g.call("Reshape", [turned, g.ints([group, outputs / group, inputs, height, width])]);
  const swapped = g.call("Transpose", [grouped], { perm: [0, 2, 1, 3, 4] });
  return g.call("Reshape", [swapped, g.ints([group * inputs, outputs / group, height, width])]);
}
