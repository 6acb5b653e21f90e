import { describe, expect, it } from "vitest";
import { type ByteSource, buffered, memorySource } from "./byte-source.js";

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);

describe("memorySource", () => {
  it("gives copies, and says what it lacks", () => {
    const source = memorySource(bytes, "f");
    const read = source.read(10, 3);
    expect([...read, read.buffer.byteLength]).toEqual([10, 11, 12, 3]);
    expect(() => source.read(99, 2, "a tensor")).toThrow(
      "f has 100 bytes; expected a tensor in it up to byte 101; give the whole file",
    );
  });
});

describe("buffered", () => {
  const fetched: [number, number][] = [];
  const { name, size, read } = memorySource(bytes, "f");
  const counted: ByteSource = {
    name,
    size,
    read(offset, length) {
      fetched.push([offset, length]);
      return read(offset, length);
    },
  };

  it("gives what the source has, fetching what lies close together once", () => {
    const source = buffered(counted, 20);
    const reads = [
      [0, 5],
      [5, 15],
      [3, 2],
      [40, 30],
      [95, 5],
      [96, 4],
    ] as const;
    for (const [offset, length] of reads) {
      expect([...source.read(offset, length)]).toEqual([...bytes.subarray(offset, offset + length)]);
    }
    expect(fetched).toEqual([
      [0, 20],
      [40, 30],
      [95, 5],
    ]);
    expect(() => source.read(90, 11)).toThrow("f has 100 bytes; expected more in it up to byte 101");
  });
});
