import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { UserError } from "../../../errors.js";
import { float32, int64, type Tensor, zeros } from "../../../graph/tensor.js";
import { collectGarbage } from "../../../testing/collect-garbage.js";
import { readSafetensors, writeSafetensors } from "../safetensors.js";
import { readSafetensorsFile, writeSafetensorsFile } from "./safetensors-file.js";

const folder = mkdtempSync(join(tmpdir(), "senet-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "a.safetensors");

it("writes the very bytes of writeSafetensors and reads what readSafetensors reads", async () => {
  const tensors = new Map<string, Tensor>([
    ["b", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ["a", float32([2, 2], [1, 2, 3, 4])],
    ["n", int64([], [7])],
    ["none", zeros("float32", [0])],
  ]);
  await writeSafetensorsFile(path, tensors, new Map([["k", "v"]]));
  expect(new Uint8Array(readFileSync(path))).toEqual(writeSafetensors(tensors, new Map([["k", "v"]])));
  expect(await readSafetensorsFile(path)).toEqual(readSafetensors(readFileSync(path)));
});

it("holds neither what it writes nor what it reads a second time", async () => {
  const large = new Map(Array.from({ length: 8 }, (_, i) => [`t${i}`, zeros("float32", [2 ** 21])] as const)); // 64 MB
  const outside = () => process.memoryUsage().arrayBuffers;
  collectGarbage();
  const before = outside();
  const peaks = { writing: 0, reading: 0 };
  const watch = async (name: keyof typeof peaks, work: Promise<unknown>) => {
    const timer = setInterval(() => {
      peaks[name] = Math.max(peaks[name], outside() - before);
    }, 1);
    await work;
    clearInterval(timer);
  };
  await watch("writing", writeSafetensorsFile(path, large));
  await watch("reading", readSafetensorsFile(path));
  expect(peaks.writing).toBeLessThan(16 * 2 ** 20);
  expect(peaks.reading).toBeLessThan(80 * 2 ** 20);
});

it("says in one line what is wrong with a file", async () => {
  await expect(readSafetensorsFile(join(folder, "none"))).rejects.toThrow(UserError);
  writeFileSync(path, "short");
  await expect(readSafetensorsFile(path)).rejects.toThrow(`${path}: got 5 bytes; expected a .safetensors file`);
  writeFileSync(path, writeSafetensors(new Map([["a", float32([2], [1, 2])]])).subarray(0, -1));
  await expect(readSafetensorsFile(path)).rejects.toThrow(/but tensor "a" ends at byte \d+; give the whole file$/);
});
