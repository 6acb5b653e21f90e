import { type AttributesOf, attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import type { Value, ValueType } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { type Op, required } from "./op.js";
import { channelSum } from "./rules/channels.js";
import {
  kernelOf,
  reach,
  splitPads,
  type Window,
  windowAttributes,
  windowOf,
  windowToAttributes,
} from "./rules/window.js";

const attributes = {
  ...windowAttributes,
  group: attribute("int", 1),
  output_padding: attribute("ints", undefined),
  output_shape: attribute("ints", undefined),
};

/**
 * The transpose of a convolution: x [N, I, H, W], w [I, O/group, kH, kW], optional b [O] -> [N, O, H', W'], or with one
 * or three spatial axes.
 */
export const ConvTranspose: Op<typeof attributes> = {
  domain: "",
  kind: "layer",
  enlarges: true,
  bias: 2,
  attributes,
  shape: ({ inputs, attributes }) => {
    const [x, w, b] = [required(inputs, 0, "X"), required(inputs, 1, "W"), inputs[2]];
    const { group } = attributes;
    const [channels, outputs] = [extent(w, 0), extent(w, 1) * group];
    if (x.shape[1] !== channels || channels % group !== 0 || (b && b.shape[0] !== outputs)) {
      throw new ShapeError({
        given: `x ${formatShape(x.shape)}, w ${formatShape(w.shape)}${b ? `, b ${formatShape(b.shape)}` : ""}, group ${group}`,
        expected: "x [N, I, H, W], w [I, O/group, kH, kW] with I divisible by group, b [O]",
      });
    }
    const { sizes, window } = unfolded(attributes, x, w);
    if (sizes.some((size) => size < 1)) {
      throw new ShapeError({
        given: `pads [${[...window.before, ...window.after]}] for x ${formatShape(x.shape)}`,
        expected: "to leave a map of at least 1×1",
      });
    }
    return [{ dtype: x.dtype, shape: [x.shape[0]!, outputs, ...sizes] }];
  },
  // It is the input gradient of a convolution, so its own gradients are that convolution and its weight gradient.
  gradient: (g, dy, { inputs, attributes }) => {
    const [x, w, b] = [required(inputs, 0, "X"), required(inputs, 1, "W"), inputs[2]];
    const window = { ...windowToAttributes(unfolded(attributes, x, w).window), group: attributes.group };
    return [
      () => cut(g.call("Conv", [dy, w], window)),
      () => g.call("ConvWeightGradient", [dy, x], window),
      b && (() => channelSum(g, dy)),
    ];

    /** Output padding of a stride or more would let the window slide further than x. */
    function cut(dx: Value) {
      const sizes = concrete(x).slice(2);
      const axes = sizes.map((_, i) => i + 2);
      return g.call("Slice", [dx, g.ints(sizes.map(() => 0)), g.ints(sizes), g.ints(axes)]);
    }
  },
  macs: ({ inputs }) => {
    const [x, w] = [required(inputs, 0, "X"), required(inputs, 1, "W")];
    return elements(concrete(x)) * elements(concrete(w).slice(1));
  },
};

/**
 * The window whose convolution this transposes, pads written out, and the spatial extents of the output.
 * Source: ONNX, ConvTranspose; where `output_shape` asks for more than is covered, the rest stays empty.
 */
function unfolded(
  { output_padding, output_shape, group: _, ...rest }: AttributesOf<typeof attributes>,
  x: ValueType,
  w: ValueType,
): { window: Window; sizes: number[] } {
  const kernel = kernelOf(w);
  const named = output_shape !== undefined || rest.auto_pad === "SAME_UPPER" || rest.auto_pad === "SAME_LOWER";
  const window = windowOf(named ? { ...rest, auto_pad: "NOTSET" } : rest, x, kernel);
  const extra = output_padding ?? kernel.map(() => 0);
  if (extra.length !== kernel.length || (output_shape && output_shape.length < kernel.length)) {
    throw new ShapeError({
      given: `output_padding [${extra}]${output_shape ? `, output_shape [${output_shape}]` : ""}`,
      expected: `${kernel.length} numbers each`,
    });
  }
  const covered = kernel.map((_, i) => (extent(x, i + 2) - 1) * window.strides[i]! + reach(window, i) + extra[i]!);
  if (!named) return { window, sizes: covered.map((size, i) => size - window.before[i]! - window.after[i]!) };
  const sizes = output_shape?.slice(-kernel.length) ?? window.strides.map((stride, i) => extent(x, i + 2) * stride);
  if (output_shape && covered.some((size, i) => sizes[i]! >= size + window.strides[i]!)) {
    throw new ShapeError({
      given: `output_shape [${output_shape}] for x ${formatShape(x.shape)}`,
      expected: `less than [${covered.map((size, i) => size + window.strides[i]!)}], as x reaches no further`,
    });
  }
  const totals = covered.map((size, i) => Math.max(0, size - sizes[i]!));
  const pads = splitPads(rest.auto_pad === "SAME_UPPER" ? "SAME_UPPER" : "SAME_LOWER", totals);
  const made = output_shape ? sizes : covered.map((size, i) => size - totals[i]!);
  return { window: { ...window, ...pads }, sizes: made };
}
