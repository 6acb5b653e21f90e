import type { Value, ValueType } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import { type FeatureMap, linear, plus, times } from "./feature-map.js";
import type { Kernels } from "./kernels.js";
import { type NodeOnBlocks, readyMap } from "./map-source.js";

/**
 * The sum, the difference or the product of a map and a number: an affine map, which waits; undefined for anything
 * else.
 */
export function withNumber({ k, node: { op }, inputs: [p, q] }: NodeOnBlocks): readonly FeatureMap[] | undefined {
  if (p === undefined || q === undefined || isNumber(p.type) === isNumber(q.type)) return undefined;
  const [map, scalar] = isNumber(q.type) ? [p, q] : [q, p];
  const x = readyMap(map);
  if (x === undefined || x.kind === "constant") return undefined;
  const number = () => k.g.call("Reshape", [scalar.plain(), k.g.ints([1, 1])]);
  if (op === "Mul") return [affine(k, x, number())];
  if (op === "Add") return [affine(k, x, one(k, 1), number())];
  if (op !== "Sub") return undefined;
  return [scalar === q ? affine(k, x, one(k, 1), k.g.call("Neg", [number()])) : affine(k, x, one(k, -1), number())];
}

/** True for one element that changes no rank when it is broadcast, to vectors as to maps. */
export function isNumber({ shape }: ValueType): boolean {
  return shape.length <= 1 && shape.every((dim) => dim === 1);
}

/** scale·x + shift for vectors [1, 1]. */
function affine(k: Kernels, x: FeatureMap, scale: Value, shift?: Value): FeatureMap {
  const { of, ...given } = linear(k, x);
  const sum = plus(k, given.shift && k.g.call("Mul", [given.shift, scale]), shift);
  return { kind: "affine", of, scale: times(k, given.scale, scale), ...(sum && { shift: sum }) };
}

function one({ g }: Kernels, sign: 1 | -1): Value {
  return g.constant(float32([1, 1], [sign]));
}
