import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { bytes } from "../../files/build-zip.test.helper.js";
import { writeModel } from "../../graph/node/write-model.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { float32, type Tensor } from "../../graph/tensor.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { collectGarbage } from "../../testing/collect-garbage.js";
import { archive, pickled, tensor, text } from "../pth/hostile-pth.test.helper.js";
import { readPth } from "../pth/pth.js";
import { writeSafetensors } from "../safetensors/safetensors.js";
import { readAll } from "../tensor-listing.js";
import { openTensorFile } from "./open-tensor-file.js";

const folder = mkdtempSync(join(tmpdir(), "senet-tensor-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const all = (path: string) => openTensorFile(path, {}, (file) => ({ format: file.format, tensors: readAll(file) }));
const fixture = (name: string) => fileURLToPath(new URL(`../../../tests/goldens/pth/${name}`, import.meta.url));

const [a, b] = [float32([2], [1, 2]), float32([1, 3], [3, 4, 5])];
const stored = (tensors: Record<string, Tensor>) => writeSafetensors(new Map(Object.entries(tensors)));

/** An index beside its files. */
function sharded(name: string, map: unknown, files: Record<string, Record<string, Tensor>>): string {
  mkdirSync(at(name));
  for (const [file, tensors] of Object.entries(files)) writeFileSync(join(at(name), file), stored(tensors));
  const path = join(at(name), "model.safetensors.index.json");
  writeFileSync(path, JSON.stringify({ metadata: { total_size: 20 }, weight_map: map }));
  return path;
}

describe("openTensorFile", () => {
  it.each(["checkpoint.zip.pth", "checkpoint.legacy.pth"])("reads %s as readPth does", (name) => {
    const { format, tensors } = all(fixture(name));
    expect(format).toBe("pth");
    expect(tensors).toEqual(readPth(readFileSync(fixture(name))).tensors);
  });

  it("knows a safetensors file by its content", () => {
    writeFileSync(at("weights.bin"), stored({ a, b }));
    expect(all(at("weights.bin"))).toEqual({ format: "safetensors", tensors: new Map(Object.entries({ a, b })) });
  });

  it("takes the entry that is asked for", () => {
    const names = openTensorFile(fixture("checkpoint.zip.pth"), { entry: "optimizer" }, ({ entries }) => entries);
    expect(names.map(({ name }) => name)).toEqual(["state.0.momentum_buffer"]);
  });

  it("reads a safetensors file in several", () => {
    const map = { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" };
    const path = sharded("whole", map, { [map.a]: { a }, [map.b]: { b } });
    expect(all(path)).toEqual({ format: "safetensors", tensors: new Map(Object.entries({ a, b })) });
  });

  it.each([false, true])("reads the weights of an .onnx file; in two files: %s", (split) => {
    const graph = buildGraph([floats("N", 2)], (g, x) =>
      g.call("MatMul", [x, g.parameter("w", [2, 2], { kind: "constant", value: 0 })]),
    );
    const weights = new Map([["w", float32([2, 2], [1, 2, 3, 4])]]);
    writeModel(at(`model-${split}.onnx`), { graph, weights }, { split });
    expect(all(at(`model-${split}.onnx`))).toEqual({ format: "onnx", tensors: weights });
  });

  it("holds a large checkpoint once", () => {
    const [count, numbers] = [64, 2 ** 18]; // 64 MB
    const opcodes = Array.from({ length: count }, (_, i) => {
      const opcode = tensor({ numbers, shape: [numbers] });
      const key = bytes(text("0"));
      const where = Buffer.from(opcode).indexOf(key);
      return bytes(text(`w${i}`), opcode.subarray(0, where), text(`${i}`), opcode.subarray(where + key.length), "s");
    });
    const storages = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [i, new Uint8Array(4 * numbers).fill(i)]),
    );
    writeFileSync(at("large.pth"), archive(pickled("}", ...opcodes), storages));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const { tensors } = all(at("large.pth"));
    const held = process.memoryUsage().arrayBuffers - before;
    expect(tensors.size).toBe(count);
    expect(new Uint8Array(tensors.get("w63")!.data.buffer)[5]).toBe(63);
    expect(held).toBeLessThan(1.1 * count * 4 * numbers);
  });
});

describe("openTensorFile refuses", () => {
  const shard = "s.safetensors";
  it.each<[string, () => string, string]>([
    ["what is not there", () => at("none.pth"), "cannot read "],
    ["a folder", () => folder, "it is a folder"],
    [
      "what is no index",
      () => {
        writeFileSync(at("no.json"), '{"weight_map": 3}');
        return at("no.json");
      },
      "got no index of tensors; expected JSON with a weight_map",
    ],
    [
      "a file elsewhere",
      () => sharded("out", { a: "../a.safetensors" }, {}),
      'got tensors in "../a.safetensors"; expected a',
    ],
    ["a file that is missing", () => sharded("gone", { a: shard }, {}), "gone/s.safetensors (ENOENT"],
    [
      "a tensor that its file lacks",
      () => sharded("lacks", { a: shard, b: shard }, { [shard]: { a } }),
      'got an index that differs from its files about "b"; give all files',
    ],
    [
      "a tensor that the index lacks",
      () => sharded("more", { a: shard }, { [shard]: { a, b } }),
      'got an index that differs from its files about "b"; give all files',
    ],
    [
      "an .onnx file cut short",
      () => {
        const graph = buildGraph([floats(2)], (g, x) =>
          g.call("Add", [x, g.parameter("w", [2], { kind: "constant", value: 0 })]),
        );
        writeFileSync(at("cut.onnx"), writeOnnx(graph, new Map([["w", a]])).subarray(0, 60));
        return at("cut.onnx");
      },
      "not a whole ONNX model (",
    ],
  ])("%s", (_, make, message) => {
    const path = make();
    expect(() => all(path)).toThrow(UserError);
    expect(() => all(path)).toThrow(message);
    expect(() => all(path)).toThrow(path.slice(0, folder.length));
  });
});
