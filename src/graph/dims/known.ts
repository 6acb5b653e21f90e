import type { Dim } from "../graph.js";
import { arrayType, type DType, elements, type Tensor, toNumbers } from "../tensor.js";

/**
 * A small tensor whose elements are known while the graph is built: numbers, or the names of extents such as `"N"`.
 * It is what exporters compute shapes with. Once every name is bound, all of it is numbers and it becomes a constant.
 */
export interface Known {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly Dim[];
}

/** A tensor with more elements than this is data, not a shape, and is left to the engine. */
const largest = 1024;

/** True for shapes of few enough elements to be known. */
export function isSmall(shape: readonly number[]): boolean {
  return elements(shape) <= largest;
}

/** A constant as a known value; undefined when it is too large to be a shape. */
export function knownOf(tensor: Tensor): Known | undefined {
  const { dtype, shape } = tensor;
  return !isSmall(shape) ? undefined : { dtype, shape, data: toNumbers(tensor) };
}

/** The tensor of a known value; undefined while it is too large or some of its elements are names. */
export function tensorOf({ dtype, shape, data }: Known): Tensor | undefined {
  if (!isSmall(shape) || data.some((element) => typeof element === "string")) return undefined;
  const numbers = data as readonly number[];
  if (dtype !== "int64") return { dtype, shape, data: arrayType(dtype as "float32").from(numbers) } as Tensor;
  return { dtype, shape, data: BigInt64Array.from(numbers, toInt64) };
}

/** Numbers beyond int64, which "as far as possible" has become on the way, are held at its ends. */
export function toInt64(value: number): bigint {
  return BigInt.asIntN(64, BigInt(Math.trunc(value))) === BigInt(Math.trunc(value))
    ? BigInt(Math.trunc(value))
    : value > 0
      ? 2n ** 63n - 1n
      : -(2n ** 63n);
}
