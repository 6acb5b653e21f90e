import { extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import type { Scope } from "./scope.js";

/**
 * Batch normalisation with parameters `weight`, `bias` and statistics `running_mean`, `running_var`, all [C].
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
 * @param x [N, C, H, W]. @returns [N, C, H, W].
 * @example
 * ```ts
 * import { batchNorm, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(batchNorm(p.at("bn1"), x).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function batchNorm(p: Scope, x: Value, { epsilon = 1e-5 } = {}): Value {
  const channels = extent(x, 1);
  const inputs = [
    p.parameter("weight", [channels], { kind: "constant", value: 1 }),
    p.parameter("bias", [channels], { kind: "constant", value: 0 }),
    p.state("running_mean", [channels], 0),
    p.state("running_var", [channels], 1),
  ];
  return p.g.call("BatchNormalization", [x, ...inputs], { epsilon }, p.name("out"));
}
