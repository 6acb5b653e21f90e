import type { Value } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/sum-of-images.js";
import type { Window } from "../../ops/window.js";
import { type Kernels, mapShape } from "./kernels.js";

/**
 * The gradient of a depthwise convolution for its weights, [C, 1, kH, kW] plain, as a depthwise convolution over x seen as
 * one image of N·C channels, with dy as its filter: both already lie in memory as it reads them.
 * @param x blocked [N, C, H, W]. @param dy blocked [N, C, H', W'].
 */
export function depthwiseWeightGradient({ g, block }: Kernels, x: Value, dy: Value, window: Window): Value {
  const { kernel, strides, dilations, before } = window;
  const [n, c, height, width] = mapShape(x);
  const [, , rows, columns] = mapShape(dy);
  const places = [rows, columns];
  // Zeros after x until there is a place for every tap; where x reaches further there are more places, which are cut off.
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

/**
 * The passes of a depthwise convolution over plain maps whose channels do not fill blocks: a batch [N, C, H, W] is one
 * image of N·C channels, and those may. Each is undefined where they do not either, or where this layout has no good way.
 */
export const folded = {
  /** x [N, C, H, W], w [C, 1, kH, kW] -> y [N, C, H', W']. */
  convolve(k: Kernels, x: Value, w: Value, window: Window): Value | undefined {
    const image = oneImage(k, x);
    return image && unfold(k, x, k.convolve(image, tiled(k, w, x), window, { depthwise: true }));
  },

  /** dy [N, C, H', W'], w [C, 1, kH, kW] -> dx [N, C, ...size]. */
  inputGradient(k: Kernels, dy: Value, w: Value, window: Window, size: readonly number[]): Value | undefined {
    const image = oneImage(k, dy);
    const dx = image && k.inputGradient(image, tiled(k, w, dy), window, size, { depthwise: true });
    return dx && unfold(k, dy, dx);
  },

  /** x [N, C, H, W], dy [N, C, H', W'] -> dw [C, 1, kH, kW]. */
  weightGradient(k: Kernels, x: Value, dy: Value, window: Window): Value | undefined {
    const [image, by] = [oneImage(k, x), oneImage(k, dy)];
    if (image === undefined || by === undefined) return undefined;
    const [n, c] = mapShape(x);
    const each = depthwiseWeightGradient(k, image, by, window);
    const apart = k.g.call("Reshape", [each, k.g.ints([n, c, 1, ...window.kernel])]);
    return sumOfImages(k.g, apart);
  },
};

function oneImage(k: Kernels, x: Value): Value | undefined {
  const [n, c, h, w] = mapShape(x);
  if ((n * c) % k.block !== 0 || h * w === 1) return undefined;
  return k.toBlocks(k.g.call("Reshape", [x, k.g.ints([1, n * c, h, w])]));
}

/** A blocked image of N·C channels as the batch it came from. */
function unfold(k: Kernels, x: Value, image: Value): Value {
  const [n, c] = mapShape(x);
  const [, , h, w] = mapShape(image);
  return k.g.call("Reshape", [k.toPlain(image), k.g.ints([n, c, h, w])]);
}

/** The filters once for every image: [N·C, 1, kH, kW]. */
function tiled({ g }: Kernels, w: Value, x: Value): Value {
  const [n, c] = mapShape(x);
  const [, , height, width] = mapShape(w);
  const once = g.call("Reshape", [w, g.ints([1, c * height * width])]);
  const all = g.call("Expand", [once, g.ints([n, c * height * width])]);
  return g.call("Reshape", [all, g.ints([n * c, 1, height, width])]);
}
