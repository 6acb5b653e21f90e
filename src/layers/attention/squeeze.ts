import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";

/** How a map is summarised: its mean or its maximum over all pixels (Table 11 of the SENet paper). */
export const squeezes = ["avg", "max"] as const;

/**
 * The name of a summary.
 * @useDeclaredType
 */
export type Squeeze = (typeof squeezes)[number];

/**
 * One number per channel: [N, C, H, W] -> [N, C, 1, 1].
 * @example
 * ```ts
 * import { GraphBuilder, Scope, squeeze } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(squeeze(p.g, x, "max").shape); // [ 'N', 64, 1, 1 ]
 * ```
 */
export function squeeze(g: GraphBuilder, x: Value, kind: Squeeze = "avg"): Value {
  return g.call(kind === "avg" ? "GlobalAveragePool" : "GlobalMaxPool", [x]);
}
