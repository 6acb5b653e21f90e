import type { Value } from "../../graph/graph.js";
import { flipKernel } from "../../ops/conv-input-gradient.js";
import type { Window } from "../../ops/rules/window.js";
import { type Extra, type Grouping, type Kernels, mapShape } from "./kernels.js";

/** A convolution by plain weights w [O, I, kH, kW], or depthwise [C, 1, kH, kW]; otherwise as {@link Kernels.slide}. */
export function convolve(k: Kernels, x: Value, w: Value, window: Window, extra: Extra = {}): Value {
  return k.slide(x, blockedFilter(k, w), window, extra);
}

/** Weights [O, I, kH, kW] in the order the blocked convolution reads them: [O/b, I/b, kH·kW, b in, b out]. */
export function blockedFilter(k: Kernels, w: Value): Value {
  const { g, block: b } = k;
  const [outputs, inputs, height, width] = mapShape(w);
  const taps = height * width;
  const byOutput = k.toBlocks(g.call("Reshape", [w, g.ints([1, outputs, 1, inputs * taps])])); // [O/b, I·taps, b]
  if (inputs < b || taps === 1) return g.call("Reshape", [byOutput, g.ints([outputs, inputs, height, width])]);
  const apart = g.call("Reshape", [byOutput, g.ints([outputs / b, inputs / b, b, taps, b])]);
  const turned = g.call("Transpose", [apart], { perm: [0, 1, 3, 2, 4] });
  return g.call("Reshape", [turned, g.ints([outputs, inputs, height, width])]);
}

/**
 * The same of the weights that carry gradients back: turned by half a turn, inputs and outputs swapped in every group.
 */
export function turnedFilter(k: Kernels, w: Value, { depthwise, groups = 1 }: Grouping): Value {
  const { g, block: b } = k;
  const [outputs, inputs, height, width] = mapShape(w);
  const group = depthwise ? outputs : groups;
  if (group > 1) return blockedFilter(k, flipKernel(g, w, group));
  const taps = height * width;
  const shape = g.ints([inputs, outputs, height, width]);
  if (taps === 1) {
    const rows = g.call("Reshape", [w, g.ints([1, 1, outputs, inputs])]);
    return g.call("Reshape", [g.call("ReorderInput", [rows], { channels_last: 1 }), shape]);
  }
  const byInput = g.call("Reshape", [k.toBlocks(w), g.ints([outputs / b, b, inputs / b, taps, b])]);
  const swapped = g.call("Transpose", [byInput], { perm: [2, 0, 3, 1, 4] }); // [I/b, O/b, taps, b out, b in]
  const ends = [[-1], [-taps - 1], [2], [-1]].map((each) => g.ints(each));
  return g.call("Reshape", [g.call("Slice", [swapped, ...ends]), shape]);
}

/** Of blocked weights [O, I, kH, kW] the taps from `start`, `steps` apart: [O, I, ..taps]. */
export function someTaps(
  { g, block: b }: Kernels,
  filter: Value,
  { start, taps, steps }: Readonly<Record<"start" | "taps" | "steps", readonly number[]>>,
): Value {
  const [outputs, inputs, height, width] = mapShape(filter);
  const each = inputs < b ? b : b * b; // weights of a tap that lie beside each other
  const apart = g.call("Reshape", [filter, g.ints([(outputs * inputs) / each, height, width, each])]);
  const limits = [start, [height, width], [1, 2], steps].map((list) => g.ints(list));
  return g.call("Reshape", [g.call("Slice", [apart, ...limits]), g.ints([outputs, inputs, ...taps])]);
}
