import type { Value } from "../graph/graph.js";
import { extent } from "../graph/shape.js";
import type { Scope } from "./scope.js";

/** A dense layer y = x·Wᵀ + b with parameters `weight` [O, I] and `bias` [O]. @param x [N, I]. @returns [N, O]. */
export function linear(p: Scope, x: Value, { features }: { features: number }): Value {
  const inputs = extent(x, 1);
  const w = p.parameter("weight", [features, inputs], { kind: "uniform-fan-in" });
  const b = p.parameter("bias", [features], { kind: "uniform-fan-in", fanIn: inputs });
  return p.g.call("Gemm", [x, w, b], { transB: 1 }, p.name("out"));
}
