import type { Value } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/rules/sum-of-images.js";
import type { Window } from "../../ops/rules/window.js";
import { depthwiseWeightGradient } from "./depthwise.js";
import { convolve } from "./filters.js";
import type { InputGradientWay } from "./input-gradient-way.js";
import { type Extra, type Kernels, mapShape } from "./kernels.js";

/**
 * The passes of a depthwise convolution over maps in blocks that only the channels of all images fill together: a batch
 * [N, C, H, W] is one image of N·C channels.
 */
export const folded = {
  /** x [N, C, H, W], w [C, 1, kH, kW] plain -> y [N, C, H', W']. */
  convolve(k: Kernels, x: Value, w: Value, window: Window, { bias, sum }: Extra = {}): Value {
    const [n, c] = mapShape(x);
    const extra = { ...(bias && { bias: tiled(k, bias, n) }), ...(sum && { sum: oneImage(k, sum) }) };
    return batchOf(k, n, convolve(k, oneImage(k, x), filters(k, w, [n, c]), window, { ...extra, depthwise: true }));
  },

  /** dy [N, C, H', W'], w [C, 1, kH, kW] plain -> dx [N, C, H, W], `sum` added. */
  inputGradient(k: Kernels, dy: Value, w: Value, write: InputGradientWay["write"], sum?: Value): Value {
    const [n, c] = mapShape(dy);
    const extra = { depthwise: true, sum: sum && oneImage(k, sum) };
    return batchOf(k, n, write(k, oneImage(k, dy), filters(k, w, [n, c]), extra));
  },

  /** x [N, C, H, W], dy [N, C, H', W'] -> dw [C, 1, kH, kW] plain. */
  weightGradient(k: Kernels, x: Value, dy: Value, window: Window): Value {
    const [n, c] = mapShape(x);
    const each = depthwiseWeightGradient(k, oneImage(k, x), oneImage(k, dy), window);
    return sumOfImages(k.g, k.g.call("Reshape", [each, k.g.ints([n, c, 1, ...window.kernel])]));
  },
};

function oneImage({ g }: Kernels, x: Value): Value {
  const [n, c, h, w] = mapShape(x);
  return g.call("Reshape", [x, g.ints([1, n * c, h, w])]);
}

/** An image of N·C channels as the batch it came from. */
function batchOf({ g }: Kernels, n: number, image: Value): Value {
  const [, channels, h, w] = mapShape(image);
  return g.call("Reshape", [image, g.ints([n, channels / n, h, w])]);
}

/** The filters [C, 1, kH, kW] once for every image: [N·C, 1, kH, kW]. */
function filters(k: Kernels, w: Value, [n, c]: readonly [number, number]): Value {
  const [, , height, width] = mapShape(w);
  const once = k.g.call("Reshape", [w, k.g.ints([1, c * height * width])]);
  return k.g.call("Reshape", [tiled(k, once, n), k.g.ints([n * c, 1, height, width])]);
}

/** A row [1, M] n times: [1, n·M]. */
function tiled({ g }: Kernels, row: Value, n: number): Value {
  const [, length] = row.shape as [number, number];
  return g.call("Reshape", [g.call("Expand", [row, g.ints([n, length])]), g.ints([1, n * length])]);
}
