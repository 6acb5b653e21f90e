import { extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import type { Scope } from "./scope.js";

/** Options of a dense layer. */
export interface LinearOptions {
  readonly features: number;
  readonly bias?: boolean;
}

/**
 * A dense layer y = x·Wᵀ + b with parameters `weight` [O, I] and, unless declined, `bias` [O].
 * @param x [N, I]. @returns [N, O].
 * @example
 * ```ts
 * import { GraphBuilder, linear, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 128]);
 * console.log(linear(p.at("fc"), x, { features: 10 }).shape); // [ 'N', 10 ]
 * ```
 */
export function linear(p: Scope, x: Value, { features, bias = true }: LinearOptions): Value {
  const inputs = extent(x, 1);
  const w = p.parameter("weight", [features, inputs], { kind: "uniform-fan-in" });
  const b = bias ? p.parameter("bias", [features], { kind: "uniform-fan-in", fanIn: inputs }) : undefined;
  return p.g.call("Gemm", b ? [x, w, b] : [x, w], { transB: 1 }, p.name("out"));
}
