import type { Value, ValueType } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/rules/sum-of-images.js";
import type { Window } from "../../ops/rules/window.js";
import { type Kernels, mapShape } from "./kernels.js";

/** True where every channel is a group of its own and gives one channel. @param w weights [O, I/group, kH, kW]. */
export function isDepthwise(group: number, w: ValueType): boolean {
  return group > 1 && group === w.shape[0] && w.shape[1] === 1;
}

/**
 * The gradient of a depthwise convolution for its weights, [C, 1, kH, kW] plain, as a depthwise convolution over x seen
 * as one image of N·C channels, with dy as its filter: both already lie in memory as it reads them.
 * @param x blocked [N, C, H, W]. @param dy blocked [N, C, H', W'].
 */
export function depthwiseWeightGradient({ g, block }: Kernels, x: Value, dy: Value, window: Window): Value {
  const { kernel, strides, dilations, before } = window;
  const [n, c, height, width] = mapShape(x);
  const [, , rows, columns] = mapShape(dy);
  const places = [rows, columns];
  // Zeros after x until there is a place for every tap; where x reaches further there are more places, which are cut
  // off.
  const needed = kernel.map((size, i) => (size - 1) * dilations[i]! + (places[i]! - 1) * strides[i]! + 1 - before[i]!);
  const tail = needed.map((size, i) => Math.max(0, size - [height, width][i]!));
  const made = g.call(
    "NchwcConv",
    [
      g.call("Reshape", [x, g.ints([1, n * c, height, width])]),
      g.call("Reshape", [dy, g.ints([n * c, 1, rows, columns])]),
    ],
    { kernel_shape: places, strides: dilations, dilations: strides, pads: [...before, ...tail], group: n * c },
  );
  const [, , high, wide] = mapShape(made);
  const apart = g.call("Reshape", [made, g.ints([n, c / block, high, wide, block])]);
  const axes = g.ints([2, 3]);
  const cut =
    high === kernel[0] && wide === kernel[1] ? apart : g.call("Slice", [apart, g.ints([0, 0]), g.ints(kernel), axes]);
  const summed = sumOfImages(g, cut); // [C/b, kH, kW, b]
  const plain = g.call("Transpose", [summed], { perm: [0, 3, 1, 2] });
  return g.call("Reshape", [plain, g.ints([c, 1, ...kernel])]);
}
