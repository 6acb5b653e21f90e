import type { Value } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/rules/sum-of-images.js";
import { type Kernels, mapShape } from "./kernels.js";
import { everyOther } from "./rearrange.js";

/** A map in both of its forms; the plain one is made where it is asked for. */
export interface TwoForms {
  readonly blocked: Value;
  readonly plain: () => Value;
}

/**
 * The gradient of a 1×1 convolution without padding for its weights, [O, I, 1, 1] plain: the product of two matrices
 * over all pixels of all images, as a 1×1 convolution whose channels are the pixels. The map with more channels is the
 * filter, which is nearly how it lies in memory; the other one is turned, its channels become pixels.
 * @param x [N, I, H, W]. @param dy [N, O, H', W'], x at every stride-th row and column.
 */
export function pointwiseWeightGradient(k: Kernels, x: TwoForms, dy: TwoForms, stride: number): Value {
  const [, inputs] = mapShape(x.blocked);
  const [, outputs, rows, columns] = mapShape(dy.blocked);
  const pixels = rows * columns;
  const seen = stride === 1 ? x : strided(k, x.blocked, stride);
  const wide = outputs >= inputs;
  const [many, few] = wide ? [dy, seen] : [seen, dy];
  const product =
    pixels % k.block === 0 ? imageByImage(k, many.blocked, few.plain()) : inOne(k, many.blocked, few.plain());
  const dw = k.g.call("ReorderOutput", [product], { channels: Math.max(outputs, inputs), channels_last: wide ? 0 : 1 });
  return k.g.call("Reshape", [dw, k.g.ints([outputs, inputs, 1, 1])]);
}

/**
 * Σₙ aₙ·bₙᵀ blocked, [1, A, 1, B], every image a group of its own.
 * @param a blocked [N, A, H, W].
 * @param b plain [N, B, H, W].
 */
function imageByImage({ g }: Kernels, a: Value, b: Value): Value {
  const [n, many, h, w] = mapShape(a);
  const few = mapShape(b)[1];
  const filters = g.call("Reshape", [a, g.ints([n * many, h * w, 1, 1])]);
  const apart = g.call("Reshape", [b, g.ints([n, 1, few, h * w])]);
  const image = g.call("Reshape", [
    g.call("ReorderInput", [apart], { channels_last: 1 }), // [N, H·W channels, 1, B]
    g.ints([1, n * h * w, 1, few]),
  ]);
  const made = g.call("NchwcConv", [image, filters], { ...point, group: n }); // [1, N·A, 1, B]
  const each = g.call("Reshape", [made, g.ints([n, many, 1, few])]);
  return g.call("Reshape", [sumOfImages(g, each), g.ints([1, many, 1, few])]);
}

/** The same with the pixels of all images in one sum, and pixels of zeros after them until they fill blocks. */
function inOne({ g, block }: Kernels, a: Value, b: Value): Value {
  const [n, many, h, w] = mapShape(a);
  const few = mapShape(b)[1];
  const pixels = n * h * w;
  const missing = (block - (pixels % block)) % block;
  const filled = (x: Value, zeros: number) => (zeros === 0 ? x : g.call("Pad", [x, g.ints([0, 0, 0, zeros])]));
  const apart = g.call("Reshape", [a, g.ints([n, many / block, h * w * block])]);
  const turned = g.call("Transpose", [apart], { perm: [1, 0, 2] }); // [A/b, N, H·W, b]
  const rows = g.call("Reshape", [turned, g.ints([many / block, pixels * block])]);
  const filters = g.call("Reshape", [filled(rows, missing * block), g.ints([many, pixels + missing, 1, 1])]);
  const byChannel = g.call("Transpose", [b], { perm: [1, 0, 2, 3] }); // [B, N, H, W]
  const flat = filled(g.call("Reshape", [byChannel, g.ints([few, pixels])]), missing);
  const last = g.call("Reshape", [flat, g.ints([1, 1, few, pixels + missing])]);
  const image = g.call("ReorderInput", [last], { channels_last: 1 }); // [1, N·H·W channels, 1, B]
  return g.call("NchwcConv", [image, filters], { ...point, group: 1 });
}

const point = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

function strided(k: Kernels, x: Value, stride: number): TwoForms {
  const blocked = everyOther(k, x, stride);
  return { blocked, plain: () => k.toPlain(blocked) };
}
