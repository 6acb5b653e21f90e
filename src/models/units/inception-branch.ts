import type { Value } from "../../graph/graph.js";
import type { Pair } from "../../layers/conv.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";

/** A convolution of a branch: channels and kernel, and stride and padding where they are not 1 and "the same size". */
export type BranchConv = readonly [channels: number, kernel: Pair, stride?: number, padding?: number];

/**
 * Convolution, batch norm with ε = 10⁻³ and ReLU under `conv` and `bn`, as everywhere in Inception-v3 and -ResNet-v2.
 */
export function branchConv(p: Scope, x: Value, [channels, kernel, stride = 1, padding]: BranchConv): Value {
  const options = { channels, kernel, stride, epsilon: 1e-3, act: "relu" } as const;
  return convNorm([p.at("conv"), p.at("bn")], x, padding === undefined ? options : { ...options, padding });
}

/** One convolution after the other, each under its name. */
export function branch(
  p: Scope,
  x: Value,
  ...convs: readonly (readonly [name: string | number, ...BranchConv])[]
): Value {
  return convs.reduce((y, [name, ...spec]) => branchConv(p.at(name), y, spec), x);
}
