import type { Value, ValueType } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/sum-of-images.js";
import type { Window } from "../../ops/window.js";
import { depthwiseWeightGradient } from "./depthwise.js";
import type { InputGradient } from "./input-gradient.js";
import { type Kernels, mapShape } from "./kernels.js";

/**
 * The passes of a depthwise convolution over plain maps whose channels do not fill blocks: a batch [N, C, H, W] is one
 * image of N·C channels, and those may.
 */
export const folded = {
  /** True where they do. */
  fits(k: Kernels, { shape }: ValueType): boolean {
    const [n, c, h, w] = shape.map(Number) as [number, number, number, number];
    return (n * c) % k.block === 0 && h * w !== 1;
  },

  /** x [N, C, H, W], w [C, 1, kH, kW] -> y [N, C, H', W']. */
  convolve(k: Kernels, x: Value, w: Value, window: Window): Value {
    return unfold(k, x, k.convolve(oneImage(k, x), tiled(k, w, x), window, { depthwise: true }));
  },

  /** dy [N, C, H', W'], w [C, 1, kH, kW] -> dx [N, C, H, W]. */
  inputGradient(k: Kernels, dy: Value, w: Value, write: InputGradient["write"]): Value {
    return unfold(k, dy, write(k, oneImage(k, dy), tiled(k, w, dy), { depthwise: true }));
  },

  /** x [N, C, H, W], dy [N, C, H', W'] -> dw [C, 1, kH, kW]. */
  weightGradient(k: Kernels, x: Value, dy: Value, window: Window): Value {
    const [n, c] = mapShape(x);
    const each = depthwiseWeightGradient(k, oneImage(k, x), oneImage(k, dy), window);
    const apart = k.g.call("Reshape", [each, k.g.ints([n, c, 1, ...window.kernel])]);
    return sumOfImages(k.g, apart);
  },
};

function oneImage(k: Kernels, x: Value): Value {
  const [n, c, h, w] = mapShape(x);
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
