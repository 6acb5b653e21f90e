import { concrete, extent, formatShape, ShapeError, sameShape } from "../graph/dims/shape.js";
import type { Dim } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { reach, windowAttributes, windowOf } from "./rules/window.js";

const { kernel_shape, strides, pads } = windowAttributes;
const attributes = { kernel_shape, strides, pads };

/**
 * The reverse of MaxPool: puts x [N, C, H, W] where `indices` says, counted over all of the result, and zeros
 * elsewhere.
 */
export const MaxUnpool: Op<typeof attributes> = {
  domain: "",
  kind: "enlarge",
  attributes,
  shape: ({ inputs, attributes, known }) => {
    const [x, indices] = [required(inputs, 0, "X"), required(inputs, 1, "I")];
    if (!sameShape(x.shape, indices.shape)) {
      throw new ShapeError({
        given: `x ${formatShape(x.shape)}, indices ${formatShape(indices.shape)}`,
        expected: "one shape",
      });
    }
    const kernel = attributes.kernel_shape;
    if (kernel === undefined) throw new TypeError("got no kernel_shape; expected one");
    if (inputs[2] === undefined) {
      const window = windowOf({ ...attributes, dilations: undefined, auto_pad: "NOTSET" }, x, kernel);
      const sizes = window.strides.map(
        (stride, i) => (extent(x, i + 2) - 1) * stride + reach(window, i) - window.before[i]! - window.after[i]!,
      );
      return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...sizes] }];
    }
    const given = known(2);
    if (given === undefined) throw new TypeError("got an output shape that is computed; expected a constant");
    return [{ dtype: x.dtype, shape: given.data as readonly Dim[] }];
  },
  gradient: (g, dy, { inputs }) => {
    const indices = required(inputs, 1, "I");
    const flat = g.ints([-1]);
    return [
      () => {
        const taken = [g.call("Reshape", [dy, flat]), g.call("Reshape", [indices, flat])];
        return g.call("Reshape", [g.call("GatherElements", taken), g.ints(concrete(indices))]);
      },
      undefined,
      undefined,
    ];
  },
  macs: noMacs,
};
