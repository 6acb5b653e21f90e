import fc, { type Arbitrary } from "fast-check";
import { indicesOf } from "../ops/rules/indices-of.js";
import { extents } from "./for-all.js";
import { flat } from "./naive-conv.js";

/** A pool over one to three spatial axes, nothing left to default. */
export interface PoolCase {
  readonly x: readonly number[];
  readonly attributes: {
    readonly kernel_shape: readonly number[];
    readonly strides: readonly number[];
    readonly dilations: readonly number[];
    /** What comes before every axis, then after; less than the kernel. */
    readonly pads: readonly number[];
    readonly ceil_mode: number;
  };
}

/** Small pools of every kind: any kernel, stride, dilation and unequal padding; every window has a pixel under it. */
export const poolCases: Arbitrary<PoolCase> = fc.oneof(casesOf(1, 12), casesOf(2, 9), casesOf(2, 9), casesOf(3, 4));

function casesOf(spatial: number, largest: number): Arbitrary<PoolCase> {
  const each = (entry: Arbitrary<number>, count = spatial) => fc.array(entry, { minLength: count, maxLength: count });
  return fc
    .record({
      size: each(extents(largest)),
      kernel: each(extents(4)),
      strides: each(extents(4)),
      dilations: each(fc.constantFrom(1, 1, 2)),
      pads: each(fc.nat(3), 2 * spatial),
      ceil_mode: fc.nat(1),
    })
    .map(
      ({ size, kernel, pads, ...rest }): PoolCase => ({
        x: [2, 2, ...size],
        attributes: { kernel_shape: kernel, pads: pads.map((pad, i) => pad % kernel[i % spatial]!), ...rest },
      }),
    )
    .filter((given) => {
      const found = windowsOf(given);
      return found.length > 0 && found.every(({ pixels }) => pixels.length > 0);
    });
}

/** What one output of a pool looks at: the flat indices into x, in row-major order. */
export interface WindowPixels {
  readonly pixels: readonly number[];
  /** How many taps lie on x or the zeros around it, not beyond them. */
  readonly padded: number;
}

/** The spatial extents of the pool's output: PyTorch's rule, a last window must not begin in the zeros after x. */
export function pooledTo({ x, attributes }: PoolCase): number[] {
  const { kernel_shape, strides, dilations, pads, ceil_mode } = attributes;
  return x.slice(2).map((size, i) => {
    const before = pads[i]!;
    const end = size + before + pads[i + x.length - 2]!;
    let count = 0;
    for (let start = 0; start + (kernel_shape[i]! - 1) * dilations[i]! < end; start += strides[i]!) count++;
    const reach = (count - 1) * strides[i]! + (kernel_shape[i]! - 1) * dilations[i]! + 1;
    const next = count * strides[i]!;
    return count > 0 && ceil_mode && reach < end && next < size + before ? count + 1 : count;
  });
}

/** The windows of a pool in the order of its output. */
export function windowsOf(given: PoolCase): WindowPixels[] {
  const { x, attributes } = given;
  const { kernel_shape, strides, dilations, pads } = attributes;
  const sizes = x.slice(2);
  const taps = indicesOf(kernel_shape);
  return indicesOf([...x.slice(0, 2), ...pooledTo(given)]).map(([n, c, ...place]) => {
    const all = taps.map((tap) => tap.map((t, i) => place[i]! * strides[i]! + t * dilations[i]! - pads[i]!));
    const inside = all.filter((at) => at.every((p, i) => p >= 0 && p < sizes[i]!));
    const padded = all.filter((at) => at.every((p, i) => p < sizes[i]! + pads[i + sizes.length]!)).length;
    return { pixels: inside.map((at) => flat([n!, c!, ...at], x)), padded };
  });
}
