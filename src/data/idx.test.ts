import { describe, expect, it } from "vitest";
import { parseIdx } from "./idx.js";

/** An IDX file of bytes, after the magic number `magic`. */
function idx(magic: number, sizes: number[], values: number[]): Uint8Array {
  const words = [magic, ...sizes].flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  return Uint8Array.from([...words, ...values]);
}

const parse = (bytes: Uint8Array, rank: 1 | 3) => parseIdx({ source: "x", bytes }, rank);

describe("parseIdx", () => {
  it("reads labels and images", () => {
    expect(parse(idx(0x801, [3], [7, 8, 9]), 1)).toEqual({ sizes: [3], values: Uint8Array.of(7, 8, 9) });
    const images = parse(idx(0x803, [2, 1, 3], [1, 2, 3, 4, 5, 6]), 3);
    expect(images).toEqual({ sizes: [2, 1, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  it("reads from a view into a larger buffer", () => {
    const bytes = idx(0x801, [2], [5, 6]);
    const larger = new Uint8Array(40);
    larger.set(bytes, 7);
    expect(parse(larger.subarray(7, 7 + bytes.length), 1).values).toEqual(Uint8Array.of(5, 6));
  });

  it("names a wrong magic number", () => {
    expect(() => parse(idx(0x801, [3], [7, 8, 9]), 3)).toThrow(
      "x: got magic number 0x00000801 (labels); expected 0x00000803 (images)",
    );
    expect(() => parse(idx(0xd03, [1, 1, 1], [0, 0, 0, 0]), 3)).toThrow(
      "x: got magic number 0x00000d03; expected 0x00000803 (images)",
    );
    expect(() => parse(Uint8Array.of(0x1f, 0x8b, 8, 0, 0), 1)).toThrow(
      "x: got magic number 0x1f8b0800 (gzip: give the file a name that ends in .gz); expected 0x00000801 (labels)",
    );
  });

  it("checks the sizes against the length of the file", () => {
    expect(() => parse(Uint8Array.of(0, 0), 1)).toThrow(
      "x: got 2 bytes; expected a header of 8; is the file truncated?",
    );
    expect(() => parse(idx(0x803, [2, 2, 2], [1, 2, 3]), 3)).toThrow(
      "x: got 19 bytes; expected 24, a header of 16 and 2 × 2 × 2 values; is the file truncated?",
    );
    expect(() => parse(idx(0x801, [1], [1, 2]), 1)).toThrow("x: got 10 bytes; expected 9, a header of 8 and 1 values");
    const huge = 0xffffffff; // the product of the sizes passes 2^32 and must not wrap round
    expect(() => parse(idx(0x803, [huge, huge, huge], []), 3)).toThrow("x: got 16 bytes; expected 7.92");
  });
});
