import { extent } from "../graph/dims/shape.js";
import type { Init, Value } from "../graph/graph.js";
import type { Scope } from "./scope.js";

/** One number for both axes, or one for H and one for W. */
export type Pair = number | readonly [height: number, width: number];

/** Options of a convolution. */
export interface ConvOptions {
  readonly channels: number;
  readonly kernel: Pair;
  readonly stride?: number;
  /**
   * Zeros on either side. Left out, they keep the size at stride 1; `"same"` is TensorFlow's rule: ⌈size / stride⌉
   * positions, the odd zero below and to the right.
   */
  readonly padding?: Pair | "same";
  readonly dilation?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly init?: Init;
}

/**
 * A convolution with parameters `weight` [O, I/group, kH, kW] and, where asked, `bias` [O].
 * @param x [N, I, H, W]. @returns [N, O, H', W'].
 * @example
 * ```ts
 * import { conv, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(conv(p.at("conv1"), x, { channels: 16, kernel: 3, stride: 2 }).shape); // [ 'N', 16, 7, 7 ]
 * ```
 */
export function conv(p: Scope, x: Value, options: ConvOptions): Value {
  const { channels, stride = 1, dilation = 1, group = 1, bias = false } = options;
  const kernel = pair(options.kernel);
  // He et al. 2015; fan-out keeps the variance of the gradients, as in timm and torchvision.
  const init = options.init ?? { kind: "he-normal", fan: "out" };
  const w = p.parameter("weight", [channels, extent(x, 1) / group, ...kernel], init);
  const b = bias ? p.parameter("bias", [channels], { kind: "constant", value: 0 }) : undefined;
  const attributes = {
    kernel_shape: kernel,
    strides: [stride, stride],
    pads: padsOf(x, kernel, options),
    dilations: [dilation, dilation],
    group,
  };
  return p.g.call("Conv", b ? [x, w, b] : [x, w], attributes, p.name("out"));
}

/** The pair of a number. */
export function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

/** [top, left, bottom, right]. */
function padsOf(x: Value, kernel: readonly number[], options: ConvOptions): number[] {
  const { stride = 1, dilation = 1, padding } = options;
  const reach = kernel.map((size) => (size - 1) * dilation + 1);
  if (padding !== "same") {
    const [height, width] = padding === undefined ? reach.map((size) => (size - 1) >> 1) : pair(padding);
    return [height!, width!, height!, width!];
  }
  const totals = reach.map((size, i) => {
    const input = extent(x, i + 2);
    return Math.max(0, (Math.ceil(input / stride) - 1) * stride + size - input);
  });
  return [...totals.map((total) => total >> 1), ...totals.map((total) => total - (total >> 1))];
}
