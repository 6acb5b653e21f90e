import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete, extent } from "../graph/dims/shape.js";
import type { Value, ValueType } from "../graph/graph.js";
import { noMacs, type Op, type PlainAlgorithm, required } from "./op.js";
import { kernelOf, reach, type Window, windowAttributes, windowOf, windowToAttributes } from "./rules/window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1), input_shape: attribute("ints", undefined) };

/**
 * The gradient of a convolution for its input: dy [N, O, H', W'], w [O, I/group, kH, kW] -> dx [N, I, H, W],
 * where `input_shape` is [H, W] and the other attributes are those of the convolution, with pads written out.
 */
export const ConvInputGradient: Op<typeof attributes> = {
  domain: "senet",
  kind: "gradient",
  attributes,
  shape: ({ inputs, attributes: { group, input_shape = [] } }) => {
    const [dy, w] = [required(inputs, 0, "dy"), required(inputs, 1, "w")];
    return [{ dtype: dy.dtype, shape: [dy.shape[0]!, extent(w, 1) * group, ...input_shape] }];
  },
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  algorithms: ({ inputs, attributes: { group, input_shape = [], ...rest } }) => {
    const [dy, w] = [required(inputs, 0, "dy"), required(inputs, 1, "w")];
    const window = windowOf(rest, dy, kernelOf(w));
    const flipped = flippedPads(window);
    const transposed: PlainAlgorithm = {
      name: "transposed",
      write: (g, values) => [
        g.call("ConvTranspose", [...values], { ...transposedWindow(window, dy, input_shape), group }),
      ],
    };
    if (window.strides.some((stride) => stride !== 1) || flipped.some((pad) => pad < 0)) return [transposed];
    const turned: PlainAlgorithm = {
      name: "turned",
      write: (g, [dy, w]) => [g.call("Conv", [dy, flipKernel(g, w!, group)], { ...rest, pads: flipped, group })],
    };
    return [turned, transposed];
  },
};

/** What a full correlation needs around dy: reach − 1 − pad on each side. */
function flippedPads(window: Window): number[] {
  return [window.before, window.after].flatMap((pads) => pads.map((pad, i) => reach(window, i) - 1 - pad));
}

/** Output padding makes up for input rows and columns that the strided window never reached. */
function transposedWindow(window: Window, dy: ValueType, inputShape: readonly number[]) {
  const { strides, before, after } = window;
  const output_padding = inputShape.map((size, i) => {
    const covered = (extent(dy, i + 2) - 1) * strides[i]! + reach(window, i);
    return size + before[i]! + after[i]! - covered;
  });
  return { ...windowToAttributes(window), output_padding };
}

/** w [O, I/g, kH, kW] turned by half a turn, inputs and outputs swapped within each group: [I, O/g, kH, kW]. */
export function flipKernel(g: GraphBuilder, w: Value, group: number): Value {
  const [outputs, inputs, ...kernel] = concrete(w) as [number, number, ...number[]];
  const every = (value: number) => g.ints(kernel.map(() => value));
  const turned = kernel.every((size) => size === 1)
    ? w
    : g.call("Slice", [
        w,
        every(-1),
        g.ints(kernel.map((size) => -size - 1)),
        g.ints(kernel.map((_, i) => i + 2)),
        every(-1),
      ]);
  if (group === 1) return g.call("Transpose", [turned], { perm: [1, 0, ...kernel.map((_, i) => i + 2)] });
  if (group === outputs && inputs === 1) return turned;
  const grouped = g.call("Reshape", [turned, g.ints([group, outputs / group, inputs, ...kernel])]);
  const swapped = g.call("Transpose", [grouped], { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] });
  return g.call("Reshape", [swapped, g.ints([group * inputs, outputs / group, ...kernel])]);
}
