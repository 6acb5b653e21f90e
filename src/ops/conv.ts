import { attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import type { ValueType } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { type Op, required } from "./op.js";
import { channelSum } from "./rules/channels.js";
import {
  kernelOf,
  mapAxes,
  slide,
  windowAttributes,
  windowOf,
  windowToAttributes,
  writeOutPads,
} from "./rules/window.js";

const attributes = { ...windowAttributes, group: attribute("int", 1) };

/**
 * Cross-correlation: x [N, I, H, W], w [O, I/group, kH, kW], optional b [O] -> [N, O, H', W'], or with one or three
 * spatial axes.
 */
export const Conv: Op<typeof attributes> = {
  domain: "",
  kind: "layer",
  enlarges: false,
  bias: 2,
  attributes,
  shape: ({ inputs, attributes }) => {
    const [x, w, b] = [required(inputs, 0, "X"), required(inputs, 1, "W"), inputs[2]];
    const { group } = attributes;
    const axes = mapAxes(w.shape.length - 2);
    const [outputs, perGroup] = [extent(w, 0), extent(w, 1)];
    if (x.shape[1] !== perGroup * group || outputs % group !== 0 || (b && b.shape[0] !== outputs)) {
      throw new ShapeError({
        given: `x ${formatShape(x.shape)}, w ${formatShape(w.shape)}${b ? `, b ${formatShape(b.shape)}` : ""}, group ${group}`,
        expected: `x ${axes.replace("C", `${perGroup * group}`)} and w ${weightAxes(axes, `I/${group}`)} with O divisible by ${group}`,
      });
    }
    return [{ dtype: x.dtype, shape: [x.shape[0]!, outputs, ...slide(x, windowFor(x, w, attributes))] }];
  },
  gradient: (g, dy, { inputs, attributes }) => {
    const [x, w, b] = [required(inputs, 0, "X"), required(inputs, 1, "W"), inputs[2]];
    const window = { ...windowToAttributes(windowFor(x, w, attributes)), group: attributes.group };
    return [
      () => g.call("ConvInputGradient", [dy, w], { ...window, input_shape: concrete(x).slice(2) }),
      () => g.call("ConvWeightGradient", [x, dy], window),
      b && (() => channelSum(g, dy)),
    ];
  },
  upgrade: (g, node) => {
    const [x, w] = node.inputs;
    return x && w ? writeOutPads(node, g.value(x), kernelOf(g.value(w))) : node;
  },
  // every output element sums I/group · kH · kW products
  macs: ({ inputs }, outputs) =>
    elements(concrete(outputs[0]!)) * elements(concrete(required(inputs, 1, "W")).slice(1)),
};

function windowFor(x: ValueType, w: ValueType, attributes: Parameters<typeof windowOf>[0]) {
  return windowOf(attributes, x, kernelOf(w));
}

/** `[O, I/2, kH, kW]` for weights over the axes `[N, C, H, W]`. */
function weightAxes(axes: string, inputs: string): string {
  return axes.replace(/[A-Z](?=[\],])/g, (name) => ({ N: "O", C: inputs })[name] ?? `k${name}`);
}
