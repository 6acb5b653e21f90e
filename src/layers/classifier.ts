import type { Value } from "../graph/graph.js";
import { linear } from "./linear.js";
import type { Scope } from "./scope.js";

/**
 * The end of most networks: the mean over all pixels, and a dense layer.
 * @param x [N, C, H, W]. @returns logits [N, classes].
 */
export function classifier(p: Scope, x: Value, classes: number): Value {
  return linear(p, p.g.call("Flatten", [p.g.call("GlobalAveragePool", [x])]), { features: classes });
}
