import type { Value } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import type { Window } from "../../ops/rules/window.js";
import { byChannel, filledImages, withImages } from "./images.js";
import { type Kernels, mapShape } from "./kernels.js";

/**
 * How the groups of a convolution lie in channel blocks: as they are where every group fills blocks, else as many of
 * them together as fill one, with zeros for the pairs of channels that do not belong together. A map of 128 channels in
 * groups of 4 has 8 groups of 16 then, whose products are four times as many and many times as fast.
 */
export interface Groups {
  readonly count: number;
  /** Groups of the convolution in one of these. */
  readonly together: number;
  /** Channels of the convolution's own groups. */
  readonly inputs: number;
  readonly outputs: number;
}

/** Undefined where groups neither fill blocks nor fit into them. @param w weights [O, I/group, kH, kW]. */
export function groupsOf(block: number, w: Value, group: number): Groups | undefined {
  const [all, inputs] = mapShape(w);
  return groupsFrom(block, { group, inputs, outputs: all / group });
}

export function groupsFrom(
  block: number,
  { group, inputs, outputs }: { group: number; inputs: number; outputs: number },
): Groups | undefined {
  if (inputs % block === 0 && outputs % block === 0) return { count: group, together: 1, inputs, outputs };
  const together = block / inputs;
  const fits = inputs === outputs && inputs > 1 && Number.isInteger(together) && group % together === 0;
  return fits ? { count: group / together, together, inputs, outputs } : undefined;
}

/** Weights [O, I/group, kH, kW] with zeros between groups that share a block: [O, together·I/group, kH, kW]. */
export function spreadGroups({ g }: Kernels, w: Value, { count, together, inputs, outputs }: Groups): Value {
  if (together === 1) return w;
  const [all, , height, width] = mapShape(w);
  const rest = inputs * height * width;
  const apart = g.call("Reshape", [w, g.ints([count, together, outputs, 1, rest])]);
  const spread = g.call("Mul", [apart, identity(g, together)]); // [count, together, outputs, together, rest]
  return g.call("Reshape", [spread, g.ints([all, together * inputs, height, width])]);
}

/** The weights that `spreadGroups` was given, from ones of its form: the zeros' places are left out. */
function gatherGroups({ g }: Kernels, w: Value, { count, together, inputs, outputs }: Groups): Value {
  if (together === 1) return w;
  const [all, , height, width] = mapShape(w);
  const rest = inputs * height * width;
  const apart = g.call("Reshape", [w, g.ints([count, together, outputs, together, rest])]);
  const own = g.call("ReduceSum", [g.call("Mul", [apart, identity(g, together)]), g.ints([3])], { keepdims: 0 });
  return g.call("Reshape", [own, g.ints([all, inputs, height, width])]);
}

function identity(g: Kernels["g"], size: number): Value {
  const ones = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return g.constant(float32([size, 1, size, 1], ones));
}

/**
 * The gradient of a grouped convolution for its weights, [O, I/group, kH, kW] plain: every group of every image is a
 * group of a convolution with dy as its filter, the channels within a group are its batch.
 * @param x plain [N, I, H, W], as `surrounded` gives it. @param given dy blocked [N, O, H', W'].
 */
export function groupedWeightGradient(k: Kernels, x: Value, given: Value, window: Window, groups: Groups): Value {
  const { g, block } = k;
  const { kernel, strides, dilations } = window;
  const [own, , height, width] = mapShape(x);
  const { count, together } = groups;
  const n = filledImages(k, own, count);
  const dy = withImages(k, given, n);
  const [, outputs, rows, columns] = mapShape(dy);
  const [ins, outs] = [together * groups.inputs, together * groups.outputs];
  const places = [rows, columns];
  const apart = g.call("Reshape", [x, g.ints([own * count, ins, height, width])]);
  const turned = byChannel(k, apart, n * count); // [I', N·groups, H, W]
  const made = g.call("NchwcConv", [turned, g.call("Reshape", [dy, g.ints([n * outputs, 1, rows, columns])])], {
    kernel_shape: places,
    strides: dilations,
    dilations: strides,
    pads: [0, 0, 0, 0],
    group: n * count,
  }); // [I', N·O, kH, kW]
  const taps = kernel[0]! * kernel[1]!;
  const perImage = g.call("Reshape", [made, g.ints([ins, n, outputs * taps])]);
  const summed = g.call("ReduceSum", [perImage, g.ints([1])], { keepdims: 0 });
  const blocks = g.call("Reshape", [summed, g.ints([ins, count, outs / block, taps, block])]);
  const plain = g.call("Transpose", [blocks], { perm: [1, 2, 4, 0, 3] }); // [groups, O'/b, b, I', taps]
  return gatherGroups(k, g.call("Reshape", [plain, g.ints([outputs, ins, ...kernel])]), groups);
}
