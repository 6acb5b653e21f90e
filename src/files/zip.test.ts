import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { Random } from "../random.js";
import { buildZip, bytes, little, sparseZip64 } from "./build-zip.test.helper.js";
import { memorySource } from "./byte-source.js";
import { zipEntries } from "./zip.js";

describe("zipEntries", () => {
  const files = [
    { path: "a/one", content: bytes("hello") },
    { path: "a/two", content: bytes() },
  ];
  const whole = buildZip(files);

  it("finds the data of every file", () => {
    const entries = zipEntries(memorySource(whole));
    expect([...entries.keys()]).toEqual(["a/one", "a/two"]);
    const { offset, length } = entries.get("a/one")!;
    expect(Buffer.from(whole.subarray(offset, offset + length)).toString()).toBe("hello");
    expect(entries.get("a/two")!.length).toBe(0);
  });

  it("reads past a comment, even one that holds the mark of an end", () => {
    const comment = bytes("PK\x05\x06", new Uint8Array(30));
    const commented = bytes(whole.subarray(0, -2), little(comment.length, 2), comment);
    expect(zipEntries(memorySource(commented))).toEqual(zipEntries(memorySource(whole)));
  });

  it("finds files far beyond 4 GB in an archive of ZIP64, a little at a time", () => {
    const files = [
      { path: "a/first", content: bytes("first"), at: 0 },
      { path: "a/far", content: bytes("far"), at: 5 * 2 ** 32 },
    ];
    const archive = sparseZip64(files, 6 * 2 ** 32);
    expect(archive.size).toBeGreaterThan(25e9);
    const { offset, length } = zipEntries(archive).get("a/far")!;
    expect(offset).toBeGreaterThan(5 * 2 ** 32);
    expect(Buffer.from(archive.read(offset, length)).toString()).toBe("far");
  });

  it("refuses a zip64 file that says it is larger than the archive", () => {
    const content = bytes("content");
    for (const length of [2 ** 40, 2 ** 60]) {
      const source = sparseZip64([{ path: "a/one", content, at: 0, length }], 1000);
      expect(() => zipEntries(source)).toThrow(UserError);
      expect(() => zipEntries(source)).toThrow('but "a/one" of the archive ends beyond them');
    }
    expect(() => zipEntries(sparseZip64([{ path: "a", content, at: 0 }], 1000))).not.toThrow();
  });

  it("takes only the entries that are wanted, and leaves out folders by default", () => {
    const archive = memorySource(buildZip([{ path: "a/", content: bytes() }, ...files]));
    expect([...zipEntries(archive).keys()]).toEqual(["a/one", "a/two"]);
    expect([...zipEntries(archive, /one$/).keys()]).toEqual(["a/one"]);
  });

  it("tells how an entry is packed, for whoever unpacks it", () => {
    const packed = deflateRawSync(bytes("hello ".repeat(100)));
    const archive = buildZip([{ path: "a", content: packed, method: 8, size: 600, crc: 7 }]);
    const entry = zipEntries(memorySource(archive)).get("a");
    expect(entry).toMatchObject({ path: "a", method: 8, crc32: 7, length: packed.length, size: 600 });
  });

  it.each<[string, Uint8Array, string]>([
    ["is none", bytes("PK, but no archive at all"), "got a zip archive without its directory at the end"],
    ["is cut short", whole.subarray(0, -30), "got a zip archive without its directory at the end; give the whole file"],
    ["claims more files than it has", buildZip(files, { claimed: 3 }), "got a zip archive with a damaged directory"],
    [
      "has a name twice",
      buildZip([files[0]!, files[0]!]),
      'got "a/one" twice in the archive; expected every name once',
    ],
    ["is encrypted", buildZip([{ ...files[0]!, flags: 1 }]), 'got "a/one" encrypted; expected plain files'],
    ["says two sizes", buildZip([{ ...files[0]!, size: 9 }]), "got a zip archive with a damaged directory"],
    [
      "lacks an entry",
      buildZip([{ ...files[0]!, local: 500 }]),
      'got 113 bytes, but "a/one" of the archive ends beyond them',
    ],
  ])("refuses an archive that %s", (_, archive, message) => {
    const read = () => zipEntries(memorySource(archive, "a.zip"));
    expect(read).toThrow(UserError);
    expect(read).toThrow(`a.zip: ${message}`);
  });

  it("ends with entries inside the archive or a UserError whatever bytes change", () => {
    const random = new Random(1, "zip");
    const archives = [whole, buildZip(files, { wide: true })];
    for (let round = 0; round < 2000; round++) {
      const broken = archives[round % 2]!.slice();
      for (let i = random.below(4); i >= 0; i--) broken[random.below(broken.length)] = random.below(256);
      const archive = memorySource(broken.subarray(0, random.below(2) === 0 ? random.below(broken.length) : undefined));
      try {
        for (const { offset, length } of zipEntries(archive).values()) archive.read(offset, length);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toMatch(/^bytes: got /);
      }
    }
  });
});
