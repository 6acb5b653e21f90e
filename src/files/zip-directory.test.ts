import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { bytes, little, pickled, tensor, text, zip } from "../weights/pth/hostile-pth.test.helper.js";
import { openPth } from "../weights/pth/pth.js";
import { type ByteSource, memorySource } from "./byte-source.js";
import { readZipDirectory } from "./zip-directory.js";

/** A file of any size with those bytes at those places, and zeros between. */
function sparse(pieces: ReadonlyMap<number, Uint8Array>): ByteSource {
  const size = Math.max(...Array.from(pieces, ([at, piece]) => at + piece.length));
  const read = (offset: number, length: number) => {
    if (length > 2 ** 26) throw new Error(`got ${length} bytes to read; expected little`);
    const into = new Uint8Array(length);
    for (const [at, piece] of pieces) {
      for (let i = Math.max(0, offset - at); i < piece.length && at + i < offset + length; i++) {
        into[at + i - offset] = piece[i]!;
      }
    }
    return into;
  };
  return { size, read };
}

interface Placed {
  readonly name: string;
  readonly content: Uint8Array;
  readonly at: number;
  /** What the archive says its length is. */
  readonly length?: number;
}

/** A zip64 archive: sizes and offsets stand in fields of eight bytes. */
function zip64(files: readonly Placed[], directoryAt: number): ByteSource {
  const pieces = new Map<number, Uint8Array>();
  const central = files.map(({ name, content, at, length = content.length }) => {
    const common = [little(0, 12), little(2 ** 32 - 1, 4), little(2 ** 32 - 1, 4), little(name.length, 2)];
    pieces.set(at, bytes("PK\x03\x04", little(45, 2), ...common, little(0, 2), name, content));
    const other = bytes(little(0xcafe, 2), little(2, 2), "ab"); // a field of somebody else
    const wide = bytes(little(1, 2), little(24, 2), little(length, 8), little(length, 8), little(at, 8));
    const extra = bytes(other, wide);
    return bytes(
      "PK\x01\x02",
      little(45, 2),
      little(45, 2),
      ...common,
      little(extra.length, 2),
      little(0, 10),
      little(2 ** 32 - 1, 4),
      name,
      extra,
    );
  });
  const directory = bytes(...central);
  const end = directoryAt + directory.length;
  const counts = [
    little(files.length, 8),
    little(files.length, 8),
    little(directory.length, 8),
    little(directoryAt, 8),
  ];
  pieces.set(directoryAt, directory);
  pieces.set(end, bytes("PK\x06\x06", little(44, 8), little(45, 2), little(45, 2), little(0, 8), ...counts));
  pieces.set(end + 56, bytes("PK\x06\x07", little(0, 4), little(end, 8), little(1, 4)));
  const ones = [little(0xffff, 2), little(0xffff, 2), little(2 ** 32 - 1, 4), little(2 ** 32 - 1, 4)];
  pieces.set(end + 76, bytes("PK\x05\x06", little(0, 4), ...ones, little(0, 2)));
  return sparse(pieces);
}

describe("readZipDirectory", () => {
  const files = [
    { name: "a/one", content: bytes("hello") },
    { name: "a/two", content: bytes() },
  ];
  const whole = zip(files);

  it("finds the data of every file", () => {
    const entries = readZipDirectory(memorySource(whole));
    expect([...entries.keys()]).toEqual(["a/one", "a/two"]);
    const { begin, length } = entries.get("a/one")!;
    expect(Buffer.from(whole.subarray(begin, begin + length)).toString()).toBe("hello");
    expect(entries.get("a/two")!.length).toBe(0);
  });

  it("reads past a comment, even one that holds the mark of an end", () => {
    const comment = bytes("PK\x05\x06", new Uint8Array(30));
    const commented = bytes(whole.subarray(0, -2), little(comment.length, 2), comment);
    expect(readZipDirectory(memorySource(commented))).toEqual(readZipDirectory(memorySource(whole)));
  });

  it("reads zip64 archives far beyond 4 GB, a little at a time", () => {
    const numbers = Float32Array.of(1, 2, 3, 4);
    const pickle = pickled("}", text("w"), tensor(), "s");
    const source = zip64(
      [
        { name: "a/data.pkl", content: pickle, at: 0 },
        { name: "a/data/0", content: new Uint8Array(numbers.buffer), at: 5 * 2 ** 32 },
      ],
      6 * 2 ** 32,
    );
    expect(source.size).toBeGreaterThan(25e9);
    expect(openPth(source).read("w")).toEqual({ dtype: "float32", shape: [4], data: numbers });
  });

  it("refuses a zip64 file that says it is larger than the archive", () => {
    const content = pickled("N");
    for (const length of [2 ** 40, 2 ** 60]) {
      const source = zip64([{ name: "a/data.pkl", content, at: 0, length }], 1000);
      expect(() => readZipDirectory(source)).toThrow(UserError);
      expect(() => readZipDirectory(source)).toThrow('but "a/data.pkl" of the archive ends beyond them');
    }
    expect(() => readZipDirectory(zip64([{ name: "a", content, at: 0 }], 1000))).not.toThrow();
  });
});
