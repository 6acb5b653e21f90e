import type { Value } from "../graph/graph.js";
import { dropout } from "./dropout.js";
import { linear } from "./linear.js";
import type { Scope } from "./scope.js";

/** Options of the end of a network. */
export interface ClassifierOptions {
  readonly classes: number;
  /** The share of the features that are left out while training. */
  readonly dropout?: number;
}

/**
 * The end of most networks: the mean over all pixels, dropout where asked, and a dense layer.
 * @param x [N, C, H, W]. @returns logits [N, classes].
 * @example
 * ```ts
 * import { classifier, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(classifier(p.at("fc"), x, { classes: 10, dropout: 0.2 }).shape); // [ 'N', 10 ]
 * ```
 */
export function classifier(p: Scope, x: Value, { classes, dropout: rate = 0 }: ClassifierOptions): Value {
  const features = p.g.call("Flatten", [p.g.call("GlobalAveragePool", [x])]); // [N, C]
  return linear(p, dropout(p.at("dropout"), features, rate), { features: classes });
}
