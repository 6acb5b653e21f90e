import fc from "fast-check";
import type { Window } from "../../ops/rules/window.js";
import { extents, seeds } from "../../testing/for-all.js";
import { block } from "./both-ways.test.helper.js";

const b = block ?? 16;

/** A convolution whose channels fit the layout: `inputs` fill blocks, or are fewer than one. */
export const convolutions = fc
  .record({
    n: extents(2),
    inputs: fc.constantFrom(1, 3, b, 2 * b),
    outputs: fc.constantFrom(b, 2 * b),
    size: fc.tuple(extents(9), extents(9)),
    kernel: fc.tuple(extents(4), extents(4)),
    strides: fc.tuple(extents(3), extents(3)),
    dilations: fc.tuple(extents(2), extents(2)),
    before: fc.tuple(fc.nat(2), fc.nat(2)),
    after: fc.tuple(fc.nat(2), fc.nat(2)),
    seed: seeds,
  })
  .filter(({ size, kernel, dilations, before, after }) =>
    [0, 1].every((i) => size[i]! + before[i]! + after[i]! >= (kernel[i]! - 1) * dilations[i]! + 1),
  );

/** [N, O, H', W'] of a convolution of x [N, I, H, W] with w [O, I, kH, kW]. */
export function outputShape(x: readonly number[], w: readonly number[], window: Window): number[] {
  const { kernel, strides, dilations, before, after } = window;
  const slid = [0, 1].map((i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.floor((x[i + 2]! + before[i]! + after[i]! - reach) / strides[i]!) + 1;
  });
  return [x[0]!, w[0]!, ...slid];
}
