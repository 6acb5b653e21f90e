import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { buildTar } from "../../../files/build-tar.test.helper.js";
import { sortValidation } from "./fetch-dataset.js";
import { safePath, unpack } from "./unpack.js";

const folder = mkdtempSync(join(tmpdir(), "senet-unpack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** A zip archive written by hand; `wide` with ZIP64 records, as archives of more than 65,535 files have. */
function buildZip(files: Record<string, { content: string; stored?: true; crc?: number }>, wide = false): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, { content, stored, crc }] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const fields = Buffer.alloc(20);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(stored ? 0 : 8, 4);
    fields.writeUInt32LE(crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    const name = Buffer.from(path);
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(bytes.length, 0);
    sizes.writeUInt16LE(name.length, 4);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields.subarray(0, 18), sizes, name, packed]);
    const tail = Buffer.alloc(14);
    const extra = wide ? Buffer.alloc(12) : Buffer.alloc(0);
    if (wide) {
      sizes.writeUInt16LE(12, 6);
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(8, 2);
      extra.writeBigUInt64LE(BigInt(offset), 4);
    }
    tail.writeUInt32LE(wide ? 0xffffffff : offset, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields.subarray(0, 18), sizes, tail, name, extra]),
    );
    parts.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const count = directory.length;
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(wide ? 0xffff : count, 10);
  end.writeUInt32LE(wide ? 0xffffffff : entries.length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  const wideEnd = Buffer.alloc(76);
  wideEnd.write("PK\x06\x06", "latin1");
  for (const [at, value] of [
    [32, count],
    [40, entries.length],
    [48, offset],
    [64, offset + entries.length],
  ] as const) {
    wideEnd.writeBigUInt64LE(BigInt(value), at);
  }
  wideEnd.write("PK\x06\x07", 56, "latin1");
  return Buffer.concat([...parts, entries, ...(wide ? [wideEnd] : []), end]);
}

const listed = (path: string) => readdirSync(path, { recursive: true, encoding: "utf8" }).sort();

describe("unpack", () => {
  const two = {
    "set/": { content: "" },
    "set/a/1.txt": { content: "one ".repeat(100) },
    "set/2.txt": { content: "two", stored: true },
  } as const;

  it.each([false, true])("unpacks a zip, with ZIP64 records: %s", async (wide) => {
    const into = mkdtempSync(join(folder, "zip-"));
    const archive = file("set.zip", buildZip(two, wide));
    const seen: number[] = [];
    await unpack(archive, into, "set", { onProgress: (files) => seen.push(files) });
    expect(listed(into)).toEqual(["set", "set/2.txt", "set/a", "set/a/1.txt"]);
    expect(readFileSync(join(into, "set/a/1.txt"), "utf8")).toBe("one ".repeat(100));
    expect([readFileSync(join(into, "set/2.txt"), "utf8"), seen]).toEqual(["two", [1, 2]]);
  });

  it("unpacks what Python's zipfile wrote", async () => {
    const into = mkdtempSync(join(folder, "python-"));
    const archive = join(folder, "python.zip");
    const script =
      "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\n" +
      "for i in range(300): z.writestr(f'set/{i}.txt', str(i)*i)\nz.comment=b'a comment'\nz.close()";
    try {
      execFileSync("python3", ["-c", script, archive]);
    } catch {
      return; // no Python here: the archives above were written by the specification
    }
    await unpack(archive, into, "set");
    expect(listed(join(into, "set"))).toHaveLength(300);
    expect(readFileSync(join(into, "set/299.txt"), "utf8")).toBe("299".repeat(299));
  });

  it("unpacks a .tgz", async () => {
    const into = mkdtempSync(join(folder, "tgz-"));
    const tar = buildTar([
      { name: "set/", type: "5" },
      { name: "./set/a/1.txt", content: "one" },
      { name: "set/link", type: "2" },
    ]);
    await unpack(file("set.tgz", gzipSync(tar)), into, "set");
    expect(listed(into)).toEqual(["set", "set/a", "set/a/1.txt"]); // links are left out
  });

  it("writes nothing outside its folder and nothing at all when something is wrong", async () => {
    const into = mkdtempSync(join(folder, "wrong-"));
    for (const path of ["../evil.txt", "/etc/evil", "set/../../evil", "C:/evil", "set\\..\\evil", "", "a\0b"]) {
      expect(() => safePath(path, "x.zip")).toThrow(`x.zip: got a file named "${path}"; expected names inside`);
    }
    const evil = { ...two, "../evil.txt": { content: "x" } };
    await expect(unpack(file("evil.zip", buildZip(evil)), into, "set")).rejects.toThrow(/named "..\/evil.txt"/);
    const tar = gzipSync(
      buildTar([
        { name: "set/1", content: "x" },
        { name: "../evil.txt", content: "x" },
      ]),
    );
    await expect(unpack(file("evil.tgz", tar), into, "set")).rejects.toThrow(/named "..\/evil.txt"/);
    const whole = buildZip(two);
    await expect(unpack(file("cut.zip", whole.subarray(0, whole.length - 30)), into, "set")).rejects.toThrow(
      /damaged zip/,
    );
    const wrong = buildZip({ "set/1": { content: "one", crc: 5 } });
    await expect(unpack(file("crc.zip", wrong), into, "set")).rejects.toThrow(/set\/1: got damaged content/);
    await expect(unpack(file("cut.tgz", tar.subarray(0, 60)), into, "set")).rejects.toThrow(/no valid gzip/);
    await expect(unpack(file("other.zip", whole), into, "elsewhere")).rejects.toThrow(/got no folder elsewhere inside/);
    expect([listed(into), existsSync(join(folder, "evil.txt"))]).toEqual([[], false]);
  });
});

describe("sortValidation", () => {
  it("gives each class of Tiny ImageNet its folder", async () => {
    const set = mkdtempSync(join(folder, "tiny-"));
    mkdirSync(join(set, "val/images"), { recursive: true });
    for (const name of ["val_0.JPEG", "val_1.JPEG"]) writeFileSync(join(set, "val/images", name), name);
    writeFileSync(join(set, "val/val_annotations.txt"), "val_0.JPEG\tn2\t0\t32\t44\t62\nval_1.JPEG\tn1\t0\t0\t1\t1\n");
    await sortValidation(set);
    expect(listed(join(set, "val"))).toEqual(["n1", "n1/val_1.JPEG", "n2", "n2/val_0.JPEG", "val_annotations.txt"]);
    writeFileSync(join(set, "val/val_annotations.txt"), "../x\tn1\n");
    await expect(sortValidation(set)).rejects.toThrow(/expected a file and its class/);
  });
});
