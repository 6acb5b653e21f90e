import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { randomTensor } from "../testing/random-tensor.js";
import { readSafetensors, writeSafetensors } from "../weights/safetensors/safetensors.js";
import { runSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-ports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exported = (name: string) => fileURLToPath(new URL(`../../tests/goldens/exports/${name}`, import.meta.url));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const tensorsOf = (file: string) => readSafetensors(readFileSync(join(folder, file))).tensors;

function save(file: string, tensors: Record<string, Tensor>): void {
  writeFileSync(join(folder, file), writeSafetensors(new Map(Object.entries(tensors))));
}

/** max |a − b| / max |b|. */
function off(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [toNumbers(actual), toNumbers(expected)];
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / Math.max(...b.map(Math.abs));
}

beforeAll(() => {
  const x = randomTensor([2, 3, 8, 8], 1);
  save("in.safetensors", { x, y: int64([2], [0, 3]) });
  save("no-x.safetensors", { images: x });
  save("rank.safetensors", { x: float32([2, 3], [1, 2, 3, 4, 5, 6]) });
  save("double.safetensors", { x: { dtype: "float64", shape: [1, 3, 8, 8], data: new Float64Array(192) } });
  const spoilt = (at: number, value: number) =>
    float32(x.shape, Float32Array.from(toNumbers(x)).fill(value, at, at + 1));
  save("nan.safetensors", { x: spoilt(3 * 64 + 2 * 8 + 5, Number.NaN), y: int64([2], [0, 3]) });
  save("infinite.safetensors", { x: spoilt(0, -1 / 0), y: int64([2], [0, 3]) });
  save("empty.safetensors", { x: float32([0, 3, 8, 8], []) });
  save("no-y.safetensors", { x });
  save("label.safetensors", { x, y: int64([2], [0, 10]) });
  save("labels.safetensors", { x, y: int64([3], [0, 1, 2]) });
});

describe("senet run", () => {
  it("gives the logits that PyTorch gives for a file of its exporter", async () => {
    const golden = exported("resnet18.safetensors");
    const line = `run --model ${exported("resnet18.onnx")} --input ${golden} --output logits.safetensors --force`;
    expect(await senet(line)).toEqual({ code: 0, stdout: "logits.safetensors: logits [3, 10]\n", stderr: "" });
    expect(
      off(tensorsOf("logits.safetensors").get("logits")!, readSafetensors(readFileSync(golden)).tensors.get("logits")!),
    ).toBeLessThan(1e-4);
  });

  it("takes a network by name with its weights, and prints JSON", async () => {
    const graph = createModel("seresnet20", { input: [3, 8, 8], classes: 5 });
    save("weights.safetensors", Object.fromEntries(initialise(graph, 1)));
    const by = "run --model seresnet20 --classes 5 --input in.safetensors --json --output";
    const [given, drawn] = [
      await senet(`${by} a.safetensors --weights weights.safetensors`),
      await senet(`${by} b.safetensors`),
    ];
    expect(JSON.parse(given.stdout)).toEqual({
      model: "seresnet20",
      x: [2, 3, 8, 8],
      logits: [2, 5],
      file: "a.safetensors",
    });
    expect(drawn.code).toBe(0);
    expect(tensorsOf("a.safetensors")).toEqual(tensorsOf("b.safetensors"));
  });
});

describe("senet gradients", () => {
  it.each(["train", "eval"])("gives PyTorch's loss and gradients in mode %s", async (mode) => {
    const golden = exported("resnet18.safetensors");
    const line = `gradients --model ${exported("resnet18.onnx")} --mode ${mode} --input ${golden} --output g.safetensors --force --json`;
    const done = await senet(line);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    const { tensors } = readSafetensors(readFileSync(golden));
    const wanted = [...tensors].filter(([name]) => name.startsWith(`${mode}.`));
    const results = tensorsOf("g.safetensors");
    expect(results.size).toBe(wanted.length + 1);
    expect(off(results.get("loss")!, tensors.get(`loss.${mode}`)!)).toBeLessThan(1e-5);
    for (const [name, expected] of wanted) {
      expect(off(results.get(name.slice(mode.length + 1))!, expected)).toBeLessThan(1e-4);
    }
    expect(JSON.parse(done.stdout).loss).toBeCloseTo(Number(tensors.get(`loss.${mode}`)!.data[0]), 4);
  });
});

it.each([
  ["run", "no-x.safetensors", "", "no-x.safetensors: got images without x; expected x float32 [N, C, H, W]"],
  ["run", "rank.safetensors", "", "rank.safetensors: got x float32 [2, 3]; expected x float32 [N, C, H, W]"],
  ["run", "double.safetensors", "", "double.safetensors: got x float64 [1, 3, 8, 8]; expected x float32 [N, C, H, W]"],
  ["run", "none.safetensors", "", "cannot read none.safetensors (ENOENT"],
  ["run", "in.safetensors", "--weights no-x.safetensors", "missing: conv1.weight, "],
  ["run", "in.safetensors", "--model none.onnx", "cannot read none.onnx (ENOENT"],
  ["run", "in.safetensors", "--output no/where.safetensors", "--output: cannot write no/where.safetensors (ENOENT"],
  [
    "gradients",
    "no-y.safetensors",
    "--mode eval",
    "no-y.safetensors: got no tensor y; expected y int64 [2], a label for every image",
  ],
  [
    "gradients",
    "label.safetensors",
    "--mode eval",
    "label.safetensors: got label 10; expected 0 to 9, the classes of the model",
  ],
  [
    "gradients",
    "labels.safetensors",
    "--mode eval",
    "labels.safetensors: got y int64 [3]; expected y int64 [2], a label for every image",
  ],
  [
    "gradients",
    "nan.safetensors",
    "--mode eval",
    "nan.safetensors: got NaN in x at [1, 0, 2, 5]; expected finite numbers",
  ],
  [
    "run",
    "infinite.safetensors",
    "",
    "infinite.safetensors: got -Infinity in x at [0, 0, 0, 0]; expected finite numbers",
  ],
  ["gradients", "in.safetensors", "--mode both", "expected one of train, eval"],
  [
    "run",
    "empty.safetensors",
    "",
    "empty.safetensors: got x float32 [0, 3, 8, 8]; expected x float32 [N, C, H, W], none",
  ],
  ["run", ".", "", "cannot read . (it is a folder); expected a file"],
  ["run", "in.safetensors", "--output .", "--output: cannot write . (it is a folder); give another path"],
])("senet %s of %s %s says what is wrong in one line", async (command, input, more, message) => {
  const flags = more === "" ? [] : more.split(" ");
  const output = flags.includes("--output") ? [] : ["--output", "refused.safetensors"];
  const model = flags.includes("--model") ? [] : ["--model", "seresnet20"];
  const done = await runSenet(folder, command, "--input", input, ...model, ...output, ...flags);
  expect(done).toMatchObject({ code: 2, stdout: "" });
  expect(done.stderr).toContain(message);
  expect(done.stderr.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(folder).filter((file) => /refused|\.part$/.test(file))).toEqual([]);
});

it.skipIf(process.platform === "win32")("puts no file in the place of a pipe or a device", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const done = await senet(`run --model seresnet20 --input in.safetensors --output ${pipe}`);
  expect(done).toMatchObject({
    code: 2,
    stderr: `senet: --output: cannot write ${pipe} (it is no file); give another path\n`,
  });
  expect(statSync(pipe).isFIFO()).toBe(true);
});
