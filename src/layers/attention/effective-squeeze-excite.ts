import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { type Gate, gateOf, gates } from "./gate.js";
import { lastDense } from "./neutral-start.js";
import { oneOf } from "./option.js";
import { squeeze } from "./squeeze.js";

/** Options of effective squeeze-and-excitation. */
export interface EffectiveSqueezeExciteOptions {
  readonly gate?: Gate;
}

/**
 * SE with a single dense layer `fc` [C, C, 1, 1] that loses no channel on the way, and a hard sigmoid.
 * Source: Lee & Park 2019, arXiv:1911.06667, §3.3.
 * @param x [N, C, H, W]. @returns the same shape.
 * @example
 * ```ts
 * import { effectiveSqueezeExcite, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(effectiveSqueezeExcite(p.at("ese"), x).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function effectiveSqueezeExcite(
  p: Scope,
  x: Value,
  { gate = "hard-sigmoid" }: EffectiveSqueezeExciteOptions = {},
): Value {
  const dense = { channels: extent(x, 1), kernel: 1, bias: true, init: { kind: "he-normal", fan: "in" } } as const;
  const s = gateOf(p, conv(p.at("fc"), squeeze(p.g, x), dense), gate);
  return p.g.call("Mul", [x, s], {}, p.name("out"));
}

/** `ese`. */
export const eseBlock: AttentionBlock<EffectiveSqueezeExciteOptions> = {
  apply: effectiveSqueezeExcite,
  options: { gate: oneOf(...gates) },
  stands: "behind a map",
  neutral: ({ gate = "hard-sigmoid" }) => lastDense("fc", { gate }),
  firstDense: undefined,
};
