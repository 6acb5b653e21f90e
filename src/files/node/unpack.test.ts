import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { buildTar } from "../build-tar.test.helper.js";
import { buildZip, bytes } from "../build-zip.test.helper.js";
import { safePath, unpack } from "./unpack.js";

const folder = mkdtempSync(join(tmpdir(), "senet-unpack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** An archive of those texts, most of them deflated. */
function zipOf(files: Record<string, { content: string; stored?: true; crc?: number }>, wide = false): Uint8Array {
  const entries = Object.entries(files).map(([path, { content, stored, crc = crc32(content) }]) => {
    const packed = stored ? bytes(content) : deflateRawSync(content);
    return { path, content: packed, method: stored ? 0 : 8, size: content.length, crc };
  });
  return buildZip(entries, { wide });
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
    const archive = file("set.zip", zipOf(two, wide));
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
    await expect(unpack(file("evil.zip", zipOf(evil)), into, "set")).rejects.toThrow(/named "..\/evil.txt"/);
    const tar = gzipSync(
      buildTar([
        { name: "set/1", content: "x" },
        { name: "../evil.txt", content: "x" },
      ]),
    );
    await expect(unpack(file("evil.tgz", tar), into, "set")).rejects.toThrow(/named "..\/evil.txt"/);
    const whole = zipOf(two);
    await expect(unpack(file("cut.zip", whole.subarray(0, whole.length - 30)), into, "set")).rejects.toThrow(
      /zip: got a zip archive without its directory at the end; give the whole file/,
    );
    const wrong = zipOf({ "set/1": { content: "one", crc: 5 } });
    await expect(unpack(file("crc.zip", wrong), into, "set")).rejects.toThrow(/set\/1: got damaged content/);
    await expect(unpack(file("cut.tgz", tar.subarray(0, 60)), into, "set")).rejects.toThrow(/no valid gzip/);
    await expect(unpack(file("other.zip", whole), into, "elsewhere")).rejects.toThrow(/got no folder elsewhere inside/);
    expect([listed(into), existsSync(join(folder, "evil.txt"))]).toEqual([[], false]);
  });
});
