import type { GraphBuilder } from "../graph/builder.js";
import { extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { type Pair, pair } from "./conv.js";

/** A window that slides over H and W. */
export interface PoolOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly padding?: Pair;
  /** Whether a last window that reaches over the edge counts too. */
  readonly ceil?: boolean;
}

/**
 * The largest value of every window: [N, C, H, W] -> [N, C, H', W'].
 * @example
 * ```ts
 * import { GraphBuilder, maxPool, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(maxPool(p.g, x, { kernel: 3, stride: 2, padding: 1 }).shape); // [ 'N', 64, 7, 7 ]
 * ```
 */
export function maxPool(g: GraphBuilder, x: Value, options: PoolOptions): Value {
  return g.call("MaxPool", [x], windowOf(options));
}

/**
 * The mean of every window: [N, C, H, W] -> [N, C, H', W'].
 * `countPadding` says whether zeros beyond the edge count as pixels.
 * @example
 * ```ts
 * import { averagePool, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(averagePool(p.g, x, { kernel: 2, stride: 2 }).shape); // [ 'N', 64, 7, 7 ]
 * ```
 */
export function averagePool(
  g: GraphBuilder,
  x: Value,
  { countPadding = true, ...options }: PoolOptions & { readonly countPadding?: boolean },
): Value {
  return g.call("AveragePool", [x], { ...windowOf(options), count_include_pad: countPadding ? 1 : 0 });
}

/**
 * Means over `size` × `size` parts of a map of any size, as PyTorch's AdaptiveAvgPool2d takes them: part i reaches from
 * ⌊i·H / size⌋ to ⌈(i + 1)·H / size⌉. As a product with two matrices, so that any size will do.
 * @param x [N, C, H, W]. @returns [N, C, size, size].
 * @example
 * ```ts
 * import { adaptiveAveragePool, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(adaptiveAveragePool(p.g, x, 7).shape); // [ 'N', 64, 7, 7 ]
 * ```
 */
export function adaptiveAveragePool(g: GraphBuilder, x: Value, size: number): Value {
  const [height, width] = [extent(x, 2), extent(x, 3)];
  if (height === size && width === size) return x;
  const rows = g.constant(float32([size, height], parts(size, height)));
  const columns = g.call("Transpose", [g.constant(float32([size, width], parts(size, width)))], { perm: [1, 0] });
  return g.call("MatMul", [g.call("MatMul", [rows, x]), columns]);
}

/** [size, extent] shares of every pixel in every part. */
function parts(size: number, extent: number): Float32Array {
  return Float32Array.from({ length: size * extent }, (_, k) => {
    const [i, j] = [Math.floor(k / extent), k % extent];
    const [from, to] = [Math.floor((i * extent) / size), Math.ceil(((i + 1) * extent) / size)];
    return j >= from && j < to ? 1 / (to - from) : 0;
  });
}

function windowOf({ kernel, stride, padding = 0, ceil = false }: PoolOptions) {
  const [height, width] = pair(padding);
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [height, width, height, width],
    ceil_mode: ceil ? 1 : 0,
  };
}
