import type { Attributes } from "./attributes.js";
import type { Value } from "./graph.js";
import type { Tensor } from "./tensor.js";

/** Larger constants are seldom equal, and comparing them costs. */
const mostElements = 64;

/** Equal for calls that give equal values: the same operator of the same inputs, with equal attributes. */
export function callKey(
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes,
  outputCount: number,
): string {
  return `${op}(${inputs.map((value) => value?.name ?? "")})${JSON.stringify(attributes, asText)}#${outputCount}`;
}

/** Equal for small tensors of the same type, shape and bits; undefined for others. */
export function constantKey({ dtype, shape, data }: Tensor): string | undefined {
  if (data.length > mostElements) return undefined;
  const bits = new Uint8Array(data.buffer, data.byteOffset, data.byteLength); // 0 and −0 differ in them
  return `${dtype}[${shape}]${bits.join()}`;
}

/** Large integers, which JSON does not have, as texts. */
function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
