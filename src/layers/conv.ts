import type { Init, Value } from "../graph/graph.js";
import { extent } from "../graph/shape.js";
import type { Scope } from "./scope.js";

/** Options of a convolution; `padding` keeps the size at stride 1 by default. */
export interface ConvOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly init?: Init;
}

/**
 * A convolution with parameters `weight` [O, I/group, k, k] and, where asked, `bias` [O].
 * @param x [N, I, H, W]. @returns [N, O, H', W'].
 */
export function conv(p: Scope, x: Value, options: ConvOptions): Value {
  const { channels, kernel, stride = 1, padding = (kernel - 1) >> 1, group = 1, bias = false } = options;
  // He et al. 2015; fan-out keeps the variance of the gradients, as in timm and torchvision.
  const init = options.init ?? { kind: "he-normal", fan: "out" };
  const w = p.parameter("weight", [channels, extent(x, 1) / group, kernel, kernel], init);
  const b = bias ? p.parameter("bias", [channels], { kind: "constant", value: 0 }) : undefined;
  return p.g.call(
    "Conv",
    b ? [x, w, b] : [x, w],
    {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      dilations: [1, 1],
      group,
    },
    p.name("out"),
  );
}
