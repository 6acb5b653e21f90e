import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { readBytes } from "./read-bytes.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "senet-read-bytes-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe("readBytes", () => {
  it("reads plain files, and uncompresses .gz and .tgz", async () => {
    for (const [name, content] of [
      ["a.bin", "hello"],
      ["a.gz", gzipSync("hello")],
      ["a.tgz", gzipSync("hello")],
    ] as const) {
      const path = await file(name, content);
      const { bytes, source } = await readBytes(path);
      expect([new TextDecoder().decode(bytes), source]).toEqual(["hello", path]);
    }
  });

  it("names the file whose gzip is corrupt or truncated", async () => {
    const packed = gzipSync("hello".repeat(1000));
    const cut = await file("cut.gz", packed.subarray(0, packed.length - 12));
    await expect(readBytes(cut)).rejects.toThrow(
      `${cut}: got no valid gzip (unexpected end of file); expected a complete .gz file; fetch it again`,
    );
    const plain = await file("plain.gz", "hello");
    await expect(readBytes(plain)).rejects.toThrow(`${plain}: got no valid gzip (incorrect header check); expected`);
    const flipped = await file("flipped.gz", packed.with(packed.length - 6, packed[packed.length - 6]! ^ 1));
    await expect(readBytes(flipped)).rejects.toThrow(`${flipped}: got no valid gzip (incorrect data check); expected`);
  });

  it("stops at the limit, before and after uncompressing", async () => {
    const bomb = await file("bomb.gz", gzipSync(new Uint8Array(1_000_000)));
    const message = "expected at most 5000 bytes; is it another dataset's file?";
    await expect(readBytes(bomb, 5000)).rejects.toThrow(`${bomb}: got more once uncompressed; ${message}`);
    expect((await readBytes(bomb, 1_000_000)).bytes).toHaveLength(1_000_000);
    const large = await file("large.bin", new Uint8Array(5001));
    await expect(readBytes(large, 5000)).rejects.toThrow(`${large}: got 5001 bytes; ${message}`);
  });

  it("explains what is no file", async () => {
    const absent = join(folder, "absent");
    const message = "got no such file or folder; expected one to read data from; check the path";
    await expect(readBytes(absent)).rejects.toThrow(new UserError(`${absent}: ${message}`));
    await expect(readBytes(folder)).rejects.toThrow(`${folder}: got a folder; expected a file`);
  });

  it.skipIf(process.platform === "win32")("does not wait for a device that never ends", async () => {
    await expect(readBytes("/dev/zero")).rejects.toThrow("/dev/zero: got a device; expected a file");
  });
});
