import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import type { Value, ValueType } from "../../graph/graph.js";
import { initialise } from "../../graph/initialise.js";
import { readModel } from "../../graph/node/read-model.js";
import { writeModel } from "../../graph/node/write-model.js";
import { float32 } from "../../graph/tensor.js";
import type { Notice } from "../../notice.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { defaultRecipe } from "../../train/recipe.js";
import { findClassifier } from "../classifier/find-classifier.js";
import { prepareTraining } from "./prepare-training.js";
import { openRunFolder } from "./run-folder.js";
import { trainInFolder } from "./train-in-folder.js";

const folder = mkdtempSync(join(tmpdir(), "senet-file-forms-"));
const runtime = nodeRuntime({ threads: 1 });
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
});

type Build = (g: GraphBuilder, x: Value) => Value;

function logits(g: GraphBuilder, x: Value): Value {
  const kernel = g.parameter("conv.weight", [6, 3, 3, 3], { kind: "he-normal", fan: "in" });
  const weight = g.parameter("fc.weight", [26, 6], { kind: "uniform-fan-in" });
  const map = g.call("Relu", [g.call("Conv", [x, kernel], { strides: [2, 2] })]);
  return g.call("Gemm", [g.call("Flatten", [g.call("GlobalAveragePool", [map])]), weight], { transB: 1 });
}

/** An `.onnx` file of the same weights, whatever its form. */
function write(name: string, input: ValueType, build: Build): string {
  const g = new GraphBuilder("net");
  g.output(build(g, g.input("pixels", input.dtype, input.shape)), "answer");
  const graph = g.build();
  const drawn = initialise(graph, 5);
  const known = new Map([
    ["mean", float32([1, 3, 1, 1], [127.5, 127.5, 127.5])],
    ["std", float32([1, 3, 1, 1], [60, 60, 60])],
  ]);
  writeModel(join(folder, name), {
    graph,
    weights: new Map([...drawn].map(([key, tensor]) => [key, known.get(key) ?? tensor])),
  });
  return join(folder, name);
}

const nchw = { dtype: "float32", shape: ["N", 3, 32, 32] } as const;
const nhwc = { dtype: "float32", shape: ["N", 32, 32, 3] } as const;
const first = (g: GraphBuilder, x: Value) => g.call("Transpose", [x], { perm: [0, 3, 1, 2] });

/** Trains a file for some steps. */
async function trained(model: string, learnBuffers?: string[]) {
  const notices: Notice[] = [];
  const prepared = await prepareTraining({
    query: { model },
    data: "glyphs",
    dataOptions: { trainLimit: 48, testLimit: 26 },
    recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 2, batch: 16, lr: 0.05, augment }),
    seed: 4,
    learnBuffers,
    onNotice: (notice) => notices.push(notice),
  });
  const path = `${model}${learnBuffers ?? ""}.run`;
  mkdirSync(path);
  const { epochs } = await trainInFolder(runtime, openRunFolder(path), prepared, { report: false });
  const { weights } = readModel(join(path, "last.onnx"));
  const { program } = await findClassifier(join(path, "model.onnx"));
  const kinds = [...notices, ...prepared.notices].map(({ kind }) => kind);
  return { losses: epochs.map(({ trainLoss, testLoss }) => ({ loss: trainLoss, testLoss })), weights, program, kinds };
}

describe("a training of a file", () => {
  it.each<[string, ValueType, Build, object]>([
    ["softmax", nchw, (g, x) => g.call("Softmax", [logits(g, x)]), { kind: "probabilities" }],
    ["four-axes", nchw, (g, x) => g.call("Reshape", [logits(g, x), g.ints([0, -1, 1, 1])]), { axes: 4 }],
    ["channels-last", nhwc, (g, x) => logits(g, first(g, x)), { kind: "logits" }],
    [
      "features-first",
      nchw,
      (g, x) => {
        const y = logits(g, x);
        g.output(g.call("Relu", [x]), "pixels above");
        return g.call("LogSoftmax", [y]);
      },
      { kind: "log-probabilities" },
    ],
  ])("is that of the plain network where it has the form %s, and keeps it", async (name, input, build, answer) => {
    const plain = await trained(write(`plain-${name}.onnx`, nchw, logits));
    const other = await trained(write(`${name}.onnx`, input, build));
    expect(plain.kinds).toEqual(["no-card"]);
    for (const [i, { loss, testLoss }] of plain.losses.entries()) {
      expect(other.losses[i]!.loss).toBeCloseTo(loss, 4);
      expect(other.losses[i]!.testLoss).toBeCloseTo(testLoss, 4);
    }
    expect(other.program.answer).toMatchObject({ classes: 26, ...answer });
    expect(other.program.input.layout).toBe(input === nhwc ? "NHWC" : "NCHW");
  });

  it("holds a file's mean and std, feeds it bytes, and says both", async () => {
    const one = { kind: "constant", value: 1 } as const;
    const normalised: Build = (g, x) => {
      const moved = g.call("Sub", [g.cast(x, "float32"), g.parameter("mean", [1, 3, 1, 1], one)]);
      return logits(g, g.call("Div", [moved, g.parameter("std", [1, 3, 1, 1], one)]));
    };
    const model = write("bytes.onnx", { ...nchw, dtype: "uint8" }, normalised);
    const { weights, program, kinds } = await trained(model);
    expect(kinds).toEqual(["held-settings", "normalised-inside"]);
    expect(program.input).toMatchObject({ type: "uint8", takes: "bytes" });
    expect([...weights.get("mean")!.data, ...weights.get("std")!.data]).toEqual([127.5, 127.5, 127.5, 60, 60, 60]);
    const learnt = await trained(model, ["mean"]);
    expect(learnt.weights.get("mean")!.data).not.toEqual(weights.get("mean")!.data);
    expect(learnt.weights.get("std")!.data).toEqual(weights.get("std")!.data);
  });
});
