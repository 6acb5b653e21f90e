import type { Value } from "../../graph/graph.js";
import type { Window } from "../../ops/rules/window.js";
import { store } from "./feature-map.js";
import { convolve } from "./filters.js";
import { type Kernels, mapShape } from "./kernels.js";
import { type MapSource, ownMap } from "./map-source.js";

/**
 * How many images a convolution takes whose channels are images, `each` of them for every one: fewer than a block, or
 * whole blocks.
 */
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
 * The input of a convolution, [N, I, H, W], plain and with zeros around it so that its gradient dy, [H', W'] =
 * `places`, fits onto it as a filter at one place for every tap of the window's kernel. In blocks the zeros come in all
 * threads, from a convolution.
 */
export function surrounded(k: Kernels, x: MapSource, window: Window, places: readonly number[]): Value {
  const { kernel, strides, dilations, before } = window;
  const [, , ...size] = mapShape(x.type);
  const needed = kernel.map((taps, i) => (taps - 1) * dilations[i]! + (places[i]! - 1) * strides[i]! + 1);
  const after = needed.map((extent, i) => extent - size[i]! - before[i]!); // below 0 where strides left something over
  const pads = [...before, ...after];
  if (pads.every((pad) => pad === 0)) return x.plain();
  const given = x.form === "blocked" && pads.every((pad) => pad >= 0) ? ownMap(k, x) : undefined;
  if (given !== undefined) return k.toPlain(widened(k, store(k, given), { before, after }));
  return k.g.call("Pad", [x.plain(), k.g.ints([0, 0, ...before, 0, 0, ...after])]);
}

/** A blocked map with zeros around it: a depthwise convolution by ones. */
function widened(k: Kernels, x: Value, pads: Pick<Window, "before" | "after">): Value {
  const ones = k.g.call("Expand", [k.g.scalar(1), k.g.ints([mapShape(x)[1], 1, 1, 1])]);
  return convolve(k, x, ones, { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], ...pads }, { depthwise: true });
}

/** A plain map [N, C, H, W] as [C, images, H, W], with images of zeros after its own. */
export function byChannel({ g }: Kernels, x: Value, images: number): Value {
  const [n] = mapShape(x);
  const turned = g.call("Transpose", [x], { perm: [1, 0, 2, 3] });
  return n === images ? turned : g.call("Pad", [turned, g.ints([0, 0, 0, 0, 0, images - n, 0, 0])]);
}
