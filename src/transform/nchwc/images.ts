import type { Value } from "../../graph/graph.js";
import type { Window } from "../../ops/window.js";
import { type Kernels, mapShape } from "./kernels.js";

/** How many images a convolution takes whose channels are images, `each` of them for every one: fewer than a block, or whole blocks. */
export function filledImages({ block }: Kernels, images: number, each = 1): number {
  let count = images;
  while (count * each > block && (count * each) % block !== 0) count++;
  return count;
}

/** A blocked map with images of zeros after its own. */
export function withImages({ g }: Kernels, x: Value, images: number): Value {
  const [n, ...rest] = mapShape(x);
  return n === images ? x : g.call("Pad", [x, g.ints([0, 0, 0, 0, images - n, ...rest.map(() => 0)])]);
}

/**
 * x [N, I, H, W] as [I, images, H', W']: channels and images have changed places, and zeros are where dy, with so many images
 * and [H', W'] = `places`, would reach beyond x as the filter of a convolution over it, whose places are the taps of the kernel.
 */
export function slidOver(
  { g }: Kernels,
  x: Value,
  { kernel, strides, dilations, before }: Window,
  { places, images }: { readonly places: readonly number[]; readonly images: number },
): Value {
  const [n, , ...size] = mapShape(x);
  const byChannel = g.call("Transpose", [x], { perm: [1, 0, 2, 3] });
  const needed = kernel.map((taps, i) => (taps - 1) * dilations[i]! + (places[i]! - 1) * strides[i]! + 1);
  const tail = needed.map((extent, i) => extent - size[i]! - before[i]!); // below 0 where strides left something over
  const pads = [0, 0, ...before, 0, images - n, ...tail];
  return pads.some((pad) => pad !== 0) ? g.call("Pad", [byChannel, g.ints(pads)]) : byChannel;
}
