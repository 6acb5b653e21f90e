import fc, { type Arbitrary } from "fast-check";
import { elements, float32, type Tensor } from "../graph/tensor.js";
import { indicesOf } from "../ops/rules/indices-of.js";
import { extents } from "./for-all.js";

/** A convolution over one to three spatial axes by its shapes and attributes, nothing left to default. */
export interface ConvCase {
  readonly x: readonly [n: number, channels: number, ...sizes: number[]];
  readonly w: readonly [outputs: number, perGroup: number, ...kernel: number[]];
  readonly y: readonly [n: number, outputs: number, ...sizes: number[]];
  readonly attributes: {
    readonly strides: readonly number[];
    readonly dilations: readonly number[];
    /** What comes before every axis, then after. */
    readonly pads: readonly number[];
    readonly group: number;
  };
}

/** Small convolutions over images: any kernel, stride, dilation, grouping and unequal padding; at least one output. */
export const convCases: Arbitrary<ConvCase> = convCasesOf(2, 9);

/** The same over one axis, or over three. */
export const otherConvCases: Arbitrary<ConvCase> = fc.oneof(convCasesOf(1, 12), convCasesOf(3, 4));

function convCasesOf(spatial: number, largest: number): Arbitrary<ConvCase> {
  const each = (entry: Arbitrary<number>, count = spatial) => fc.array(entry, { minLength: count, maxLength: count });
  return fc
    .record({
      n: extents(3),
      group: extents(3),
      inputs: extents(3),
      outputs: extents(3),
      size: each(extents(largest)),
      kernel: each(extents(4)),
      strides: each(extents(3)),
      dilations: each(extents(2)),
      pads: each(fc.nat(3), 2 * spatial),
    })
    .filter((given) => slid(given).every((size) => size > 0))
    .map((given): ConvCase => {
      const { n, group, inputs, outputs, size, kernel, strides, dilations, pads } = given;
      return {
        x: [n, inputs * group, ...size],
        w: [outputs * group, inputs, ...kernel],
        y: [n, outputs * group, ...slid(given)],
        attributes: { strides, dilations, pads, group },
      };
    });
}

interface Slide {
  readonly size: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function slid({ size, kernel, strides, dilations, pads }: Slide): number[] {
  return size.map((extent, i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.floor((extent + pads[i]! + pads[i + size.length]! - reach) / strides[i]!) + 1;
  });
}

/** y by the definition of a convolution, summed in double precision. */
export function naiveConv(given: ConvCase, x: Tensor, w: Tensor): Tensor<"float32"> {
  return accumulate(given, given.y, (sums, at) => {
    sums[at.y]! += Number(x.data[at.x]) * Number(w.data[at.w]);
  });
}

/** ∂⟨dy, y⟩/∂x. */
export function naiveInputGradient(given: ConvCase, dy: Tensor, w: Tensor): Tensor<"float32"> {
  return accumulate(given, given.x, (sums, at) => {
    sums[at.x]! += Number(dy.data[at.y]) * Number(w.data[at.w]);
  });
}

/** ∂⟨dy, y⟩/∂w. */
export function naiveWeightGradient(given: ConvCase, x: Tensor, dy: Tensor): Tensor<"float32"> {
  return accumulate(given, given.w, (sums, at) => {
    sums[at.w]! += Number(x.data[at.x]) * Number(dy.data[at.y]);
  });
}

/** The largest difference of two tensors, relative to the largest entry of the second. */
export function largestError(actual: Tensor, expected: Tensor): number {
  const [a, b] = [Array.from(actual.data, Number), Array.from(expected.data, Number)];
  const scale = Math.max(...b.map(Math.abs), 1e-6);
  return Math.max(...b.map((value, i) => Math.abs(a[i]! - value))) / scale;
}

type Product = { x: number; w: number; y: number };

function accumulate(given: ConvCase, shape: readonly number[], add: (sums: Float64Array, at: Product) => void) {
  const sums = new Float64Array(elements(shape));
  eachProduct(given, (at) => add(sums, at));
  return float32(shape, Float32Array.from(sums));
}

/** Visits the flat indices of every product x·w that is added into a y. */
function eachProduct({ x, w, y, attributes }: ConvCase, visit: (at: Product) => void): void {
  const { strides, dilations, pads, group } = attributes;
  const outputsPerGroup = w[0] / group;
  const [sizes, kernel, places] = [x.slice(2), w.slice(2), y.slice(2)];
  for (let n = 0; n < y[0]; n++) {
    for (let o = 0; o < y[1]; o++) {
      for (let i = 0; i < w[1]; i++) {
        const channel = Math.floor(o / outputsPerGroup) * w[1] + i;
        for (const place of indicesOf(places)) {
          for (const tap of indicesOf(kernel)) {
            const at = place.map((p, axis) => p * strides[axis]! + tap[axis]! * dilations[axis]! - pads[axis]!);
            if (at.some((p, axis) => p < 0 || p >= sizes[axis]!)) continue;
            visit({
              x: flat([n, channel, ...at], x),
              w: flat([o, i, ...tap], w),
              y: flat([n, o, ...place], y),
            });
          }
        }
      }
    }
  }
}

/** The place of an index in row-major order. */
export function flat(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((place, i, axis) => place * shape[axis]! + i, 0);
}
