import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { createModel } from "../../models/index.js";
import { collectGarbage } from "../../testing/collect-garbage.js";
import { processorTime } from "../../testing/processor-time.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import { GraphBuilder } from "../builder.js";
import type { Model } from "../graph.js";
import { initialise } from "../initialise.js";
import { writeOnnx } from "../onnx/write-onnx.js";
import { zeros } from "../tensor.js";
import { readModel } from "./read-model.js";
import { writeModel } from "./write-model.js";

const folder = mkdtempSync(join(tmpdir(), "senet-model-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function network(): Model {
  const graph = createModel("seresnet20", { input: [3, 16, 16] });
  return { graph, weights: initialise(graph, 1) };
}

/** A model of one file with weights of that many megabytes. */
function large(megabytes: number): Model {
  const g = new GraphBuilder("large");
  let y = g.input("x", "float32", ["N", 256]);
  const weights = new Map();
  for (let i = 0; i < 4 * megabytes; i++) {
    y = g.call("MatMul", [y, g.parameter(`w${i}`, [256, 256], { kind: "constant", value: 0 })]);
    weights.set(`w${i}`, zeros("float32", [256, 256]));
  }
  g.output(y, "logits");
  return { graph: g.build(), weights };
}

/** A split model whose references to its data are changed; the path of the `.onnx` file. */
function changed(name: string, change: (model: ModelProto) => void): string {
  const path = join(folder, name);
  writeModel(path, network(), { split: true });
  const model = fromBinary(ModelProtoSchema, readFileSync(path));
  change(model);
  writeFileSync(path, toBinary(ModelProtoSchema, model));
  return path;
}

function refer(model: ModelProto, key: string, value: string): void {
  model.graph!.initializer[0]!.externalData.find((entry) => entry.key === key)!.value = value;
}

describe("writeModel and readModel", () => {
  it.each([false, true])("give a model back as it was; in two files: %s", (split) => {
    const model = network();
    const path = join(folder, `round-${split}.onnx`);
    writeModel(path, model, { split });
    const read = readModel(path);
    const bytes = Buffer.from(writeOnnx(model.graph, model.weights));
    expect(bytes.equals(writeOnnx(read.graph, read.weights))).toBe(true);
    expect(readdirSync(folder).filter((file) => file.startsWith(`round-${split}`))).toHaveLength(split ? 2 : 1);
  });

  it("write files that ONNX Runtime opens, to the numbers of the single file", async () => {
    const model = network();
    const path = join(folder, "engine.onnx");
    writeModel(path, model, { split: true });
    expect(statSync(path).size).toBeLessThan(statSync(`${path}.data`).size / 10);
    const x = randomTensor([2, 3, 16, 16], 1);
    const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
    const { Tensor } = await import("onnxruntime-node");
    const { logits } = await session.run({ x: new Tensor("float32", x.data, x.shape) });
    await session.release();
    expect(logits!.data).toEqual((await runFile(writeOnnx(model.graph, model.weights), { x })).logits!.data);
  });

  it("read tensors that share their bytes", () => {
    const path = changed("shared.onnx", ({ graph }) => {
      const tensor = (name: string) => graph!.initializer.find((entry) => entry.name === name)!;
      tensor("layer1.0.conv2.weight").externalData = tensor("layer1.0.conv1.weight").externalData;
    });
    const { weights } = readModel(path);
    expect(weights.get("layer1.0.conv2.weight")).toEqual(network().weights.get("layer1.0.conv1.weight"));
  });

  it.each<[string, (model: ModelProto) => void, string]>([
    [
      "a path out of the folder",
      (m) => refer(m, "location", "../secret"),
      'in "../secret"; expected a file in the folder',
    ],
    ["one that hides it", (m) => refer(m, "location", "a/../../secret"), 'in "a/../../secret"; expected a file in the'],
    ["an absolute path", (m) => refer(m, "location", "/etc/passwd"), 'in "/etc/passwd"; expected a file in the folder'],
    [
      "no name",
      (m) => refer(m, "location", ""),
      'in file "" at 0, 1728 bytes; expected the name of a file, an offset and',
    ],
    ["a missing file", (m) => refer(m, "location", "none.data"), "none.data (ENOENT: no such file or directory"],
    ["a folder", (m) => refer(m, "location", "."), "it is a folder"],
    [
      "an offset beyond its end",
      (m) => refer(m, "offset", "999999999"),
      "expected tensor conv1.weight in it up to byte 1000001727",
    ],
    [
      "a negative offset",
      (m) => refer(m, "offset", "-4"),
      "at -4, 1728 bytes; expected the name of a file, an offset and 1728 bytes",
    ],
    [
      "another length",
      (m) => refer(m, "length", "1"),
      "at 0, 1 bytes; expected the name of a file, an offset and 1728 bytes",
    ],
  ])("refuse %s", (_, change, message) => {
    const path = changed("refused.onnx", change);
    const read = () => readModel(path);
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).toThrow(path);
  });

  it("say how much of a file of weights is missing", () => {
    const path = changed("short.onnx", () => {});
    truncateSync(`${path}.data`, 2000);
    expect(() => readModel(path)).toThrow(`${path}.data has 2000 bytes; expected tensor`);
  });

  it("refuse what is no file in place of a model, without waiting for it", () => {
    execFileSync("mkfifo", [join(folder, "pipe.onnx")]);
    for (const name of ["pipe.onnx", "none.onnx", "."]) {
      expect(() => readModel(join(folder, name))).toThrow(`cannot read ${join(folder, name)} (`);
    }
  });

  it("leave the file that was there when writing fails, and nothing beside it", () => {
    const model = network();
    const path = join(folder, "kept.onnx");
    writeModel(path, model);
    const before = readFileSync(path);
    const broken = { ...model, weights: new Map() };
    expect(() => writeModel(path, broken)).toThrow("got no value for parameter");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((file) => file.endsWith(".part"))).toEqual([]);
  });

  it.each([false, true])("hold 100 MB once and take little longer than to copy them; in two files: %s", (split) => {
    const path = join(folder, `large-${split}.onnx`);
    writeModel(path, large(100), { split });
    const copy = processorTime(() => Uint8Array.from(readFileSync(split ? `${path}.data` : path)));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let weights: Model["weights"] = new Map();
    const took = processorTime(() => {
      weights = readModel(path).weights;
    });
    expect(took / copy).toBeLessThan(6); // 1 to 2 as a rule
    const held = process.memoryUsage().arrayBuffers - before;
    expect(weights.size).toBe(400);
    expect(held).toBeLessThan((split ? 1.1 : 2.1) * 100 * 2 ** 20);
  });
});
