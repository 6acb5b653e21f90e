import { attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError } from "../graph/shape.js";
import { elements } from "../graph/tensor.js";
import { channelSum } from "./channels.js";
import { type Op, required } from "./op.js";
import { windowAttributes, windowOf, windowToAttributes } from "./window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1), output_padding: attribute("ints", undefined) };

/** The transpose of a convolution: x [N, I, H, W], w [I, O/group, kH, kW], optional b [O] -> [N, O, H', W']. */
export const ConvTranspose: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, attributes: { group, output_padding = [0, 0], ...rest } }) => {
    const [x, w] = [required(inputs, 0, "X"), required(inputs, 1, "W")];
    if (x.shape[1] !== w.shape[0] || rest.auto_pad !== "NOTSET") {
      throw new ShapeError({
        given: `x ${formatShape(x.shape)}, w ${formatShape(w.shape)}, auto_pad ${rest.auto_pad}`,
        expected: "x [N, I, H, W], w [I, O/group, kH, kW] and explicit pads",
      });
    }
    const { kernel, strides, dilations, before, after } = windowOf(rest, x, [extent(w, 2), extent(w, 3)]);
    const sizes = [0, 1].map((i) => {
      const covered = (extent(x, i + 2) - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
      return covered + output_padding[i]! - before[i]! - after[i]!;
    });
    if (sizes.some((size) => size < 1)) {
      throw new ShapeError({
        given: `pads [${[...before, ...after]}] for x ${formatShape(x.shape)}`,
        expected: "to leave a map of at least 1×1",
      });
    }
    return [{ dtype: x.dtype, shape: [x.shape[0]!, extent(w, 1) * group, ...sizes] }];
  },
  // It is the input gradient of a convolution, so its own gradients are that convolution and its weight gradient.
  gradient: (g, dy, { inputs, attributes: { output_padding: _, ...rest } }) => {
    const [x, w, b] = [required(inputs, 0, "X"), required(inputs, 1, "W"), inputs[2]];
    const window = windowToAttributes(windowOf(rest, x, [extent(w, 2), extent(w, 3)]));
    const attributes = { ...window, group: rest.group };
    return [
      () => cut(g.call("Conv", [dy, w], attributes)),
      () => g.call("ConvWeightGradient", [dy, x], attributes),
      b && (() => channelSum(g, dy)),
    ];

    /** Output padding of a stride or more would let the window slide further than x. */
    function cut(dx: ReturnType<typeof g.call>) {
      const [, , height, width] = concrete(x);
      return g.call("Slice", [dx, g.ints([0, 0]), g.ints([height!, width!]), g.ints([2, 3])]);
    }
  },
  macs: ({ inputs }) => {
    const [x, w] = [required(inputs, 0, "X"), required(inputs, 1, "W")];
    return elements(concrete(x)) * elements(concrete(w).slice(1));
  },
};
