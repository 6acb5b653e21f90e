import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { Random } from "../random.js";
import { buildTar, type TarEntry } from "./build-tar.test.helper.js";
import { readTar } from "./tar.js";

function read(entries: readonly TarEntry[]): [string, string][] {
  const files = readTar({ source: "a.tar", bytes: buildTar(entries) });
  return [...files].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]);
}

/** The message of the error for an archive of two files after `damage`. */
function messageFor(damage: (tar: Uint8Array) => Uint8Array): string {
  const tar = buildTar([
    { name: "a.bin", content: "A".repeat(600) },
    { name: "b.bin", content: "B" },
  ]);
  try {
    readTar({ source: "a.tar", bytes: damage(tar) });
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}

describe("readTar", () => {
  it("reads files whose content ends inside, at, and past a block", () => {
    const contents = ["", "x", "y".repeat(512), "z".repeat(513)];
    const entries = contents.map((content, i) => ({ name: `${i}.bin`, content }));
    expect(read(entries)).toEqual(contents.map((content, i) => [`${i}.bin`, content]));
  });

  it("leaves out folders, links and global headers", () => {
    const entries = [
      { name: "g", type: "g", content: "20 comment=whatever\n" },
      { name: "folder/", type: "5" },
      { name: "link", type: "2" },
      { name: "folder/a.bin", content: "A" },
    ];
    expect(read(entries)).toEqual([["folder/a.bin", "A"]]);
  });

  it("reads the long paths of ustar, GNU and pax", () => {
    const long = `${"d".repeat(120)}/a.bin`;
    expect(read([{ name: "a.bin", prefix: "deep/folder", content: "U" }])).toEqual([["deep/folder/a.bin", "U"]]);
    const gnu = { name: "././@LongLink", type: "L", content: `${long}\0` };
    expect(read([gnu, { name: "cut", content: "G" }, { name: "next", content: "N" }])).toEqual([
      [long, "G"],
      ["next", "N"],
    ]);
    // "LENGTH path=VALUE\n": 3 digits, a space, "path=", 126 characters, a line feed.
    const pax = { name: "PaxHeader", type: "x", content: `20 mtime=1700000000\n136 path=${long}\n` };
    expect(read([pax, { name: "cut", content: "P" }])).toEqual([[long, "P"]]);
  });

  it("says where an archive ends too early", () => {
    expect(messageFor((tar) => tar.subarray(0, 600))).toBe(
      'a.tar: got an archive that ends at byte 600 inside "a.bin", which goes on to 1112; it is truncated, fetch it again',
    );
    const due = "where a header or the closing empty block is due; it is truncated, fetch it again";
    expect(messageFor((tar) => tar.subarray(0, 1536))).toBe(`a.tar: got an archive that ends at byte 1536, ${due}`);
    expect(messageFor(() => new Uint8Array(0))).toBe(`a.tar: got an archive that ends at byte 0, ${due}`);
  });

  it("checks the checksum of every header", () => {
    expect(messageFor((tar) => tar.with(0, 98))).toMatch(
      /^a\.tar: got checksum (\d+) in the header at byte 0; expected \d+; it is not a tar archive$/,
    );
    expect(messageFor((tar) => tar.with(1536, 97))).toMatch(
      /^a\.tar: got checksum (\d+) in the header at byte 1536; expected \d+; it is corrupt, fetch it again$/,
    );
  });

  it("refuses a size that is no number", () => {
    const entries = [{ name: "PaxHeader", type: "x", content: "11 size=-9\n" }, { name: "a.bin" }];
    expect(() => read(entries)).toThrow(
      'a.tar: got size -9 for "a.bin"; expected bytes from 0; it is corrupt, fetch it again',
    );
  });

  it("ends with files or a UserError whatever bytes change", () => {
    const tar = buildTar([
      { name: "PaxHeader", type: "x", content: "11 size=1\n" },
      { name: "a.bin", content: "A" },
    ]);
    const random = new Random(1);
    for (let round = 0; round < 500; round++) {
      const broken = tar.with(random.below(tar.length), random.below(256)).subarray(0, random.below(2 * tar.length));
      try {
        readTar({ source: "a.tar", bytes: broken });
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }
  });
});
