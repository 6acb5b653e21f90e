import fc, { type Arbitrary } from "fast-check";
import { elements, float32, type Tensor } from "../graph/tensor.js";
import { extents } from "./for-all.js";

/** A convolution by its shapes and attributes, nothing left to default. */
export interface ConvCase {
  readonly x: readonly [n: number, channels: number, height: number, width: number];
  readonly w: readonly [outputs: number, perGroup: number, height: number, width: number];
  readonly y: readonly [n: number, outputs: number, height: number, width: number];
  readonly attributes: {
    readonly strides: readonly [number, number];
    readonly dilations: readonly [number, number];
    /** Top, left, bottom, right. */
    readonly pads: readonly [number, number, number, number];
    readonly group: number;
  };
}

/** Small convolutions of every kind: any kernel, stride, dilation, grouping and unequal padding; at least one output. */
export const convCases: Arbitrary<ConvCase> = fc
  .record({
    n: extents(3),
    group: extents(3),
    inputs: extents(3),
    outputs: extents(3),
    size: fc.tuple(extents(9), extents(9)),
    kernel: fc.tuple(extents(4), extents(4)),
    strides: fc.tuple(extents(3), extents(3)),
    dilations: fc.tuple(extents(2), extents(2)),
    pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  })
  .filter(({ size, kernel, dilations, pads }) =>
    [0, 1].every((i) => size[i]! + pads[i]! + pads[i + 2]! >= (kernel[i]! - 1) * dilations[i]! + 1),
  )
  .map(({ n, group, inputs, outputs, size, kernel, strides, dilations, pads }): ConvCase => {
    const slid = (i: 0 | 1) => {
      const reach = (kernel[i] - 1) * dilations[i] + 1;
      return Math.floor((size[i] + pads[i] + pads[i + 2]! - reach) / strides[i]) + 1;
    };
    return {
      x: [n, inputs * group, ...size],
      w: [outputs * group, inputs, ...kernel],
      y: [n, outputs * group, slid(0), slid(1)],
      attributes: { strides, dilations, pads, group },
    };
  });

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
  for (let n = 0; n < y[0]; n++) {
    for (let o = 0; o < y[1]; o++) {
      for (let i = 0; i < w[1]; i++) {
        const channel = Math.floor(o / outputsPerGroup) * w[1] + i;
        for (let r = 0; r < y[2] * y[3] * w[2] * w[3]; r++) {
          const tap = r % (w[2] * w[3]);
          const place = (r - tap) / (w[2] * w[3]);
          const [ky, kx] = [Math.floor(tap / w[3]), tap % w[3]];
          const [oy, ox] = [Math.floor(place / y[3]), place % y[3]];
          const row = oy * strides[0] + ky * dilations[0] - pads[0];
          const column = ox * strides[1] + kx * dilations[1] - pads[1];
          if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
          visit({
            x: ((n * x[1] + channel) * x[2] + row) * x[3] + column,
            w: ((o * w[1] + i) * w[2] + ky) * w[3] + kx,
            y: ((n * y[1] + o) * y[2] + oy) * y[3] + ox,
          });
        }
      }
    }
  }
}
