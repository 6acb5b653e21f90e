import { expect } from "vitest";

/**
 * Lets `toEqual` take arrays of numbers of one type for equal whose bytes are: at once, where element by element takes
 * seconds for a network's weights. Of others it leaves the judgement, and the words about it, to `toEqual`.
 */
export function sameBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) ? true : undefined;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

expect.addEqualityTesters([sameBytes]);
