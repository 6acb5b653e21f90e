import type { Value } from "../graph/graph.js";
import { type Activation, activations } from "./activation.js";
import { batchNorm } from "./batch-norm.js";
import { type ConvOptions, conv } from "./conv.js";
import type { Scope } from "./scope.js";

/** Options of a convolution with batch norm. */
export interface ConvNormOptions extends ConvOptions {
  /** What follows the batch norm; nothing, where left out. */
  readonly act?: Activation;
  readonly epsilon?: number;
}

/**
 * Convolution, batch norm and, where asked, an activation.
 * @param places where the convolution's and the batch norm's parameters live.
 * @param x [N, I, H, W]. @returns [N, O, H', W'].
 * @example
 * ```ts
 * import { convNorm, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * const y = convNorm([p.at("conv1"), p.at("bn1")], x, { channels: 16, kernel: 3, act: "relu" });
 * console.log(y.shape); // [ 'N', 16, 14, 14 ]
 * ```
 */
export function convNorm(
  [at, norm]: readonly [conv: Scope, norm: Scope],
  x: Value,
  { act, epsilon, ...options }: ConvNormOptions,
): Value {
  const y = batchNorm(norm, conv(at, x, options), epsilon === undefined ? {} : { epsilon });
  return act === undefined ? y : activations[act](norm.g, y);
}
