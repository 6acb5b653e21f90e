import { readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { Model } from "../../graph/graph.js";
import { countParameters } from "../../graph/graph.js";
import { initialise } from "../../graph/initialise.js";
import { readOnnx } from "../../graph/onnx-read.js";
import { writeOnnx } from "../../graph/onnx-write.js";
import { createModel } from "../../models/index.js";
import { Random } from "../../random.js";
import { countMacs } from "../cost.js";
import { insertAttention, insertedWeights } from "./insert-attention.js";

const exportsOf = (name: string) =>
  readOnnx(readFileSync(new URL(`../../../tests/goldens/exports/${name}.onnx`, import.meta.url)));

/** What ONNX Runtime computes for images drawn by a seed; without its optimizations every sum has one order. */
async function outputOf({ graph, weights }: Model, level: "disabled" | "all"): Promise<Float32Array> {
  const [x] = graph.inputs;
  const shape = x!.shape.map((dim) => (typeof dim === "number" ? dim : 2));
  const random = new Random(7, "images");
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
  const session = await InferenceSession.create(writeOnnx(graph, weights), {
    graphOptimizationLevel: level,
    intraOpNumThreads: 1,
  });
  const results = await session.run({ [x!.name]: new OrtTensor("float32", data, shape) });
  await session.release();
  return results[graph.outputs[0]!.name]!.data as Float32Array;
}

describe("insertAttention", () => {
  it.each(["resnet18", "resnet18.folded"])("leaves the answers of %s as they were, to the last bit", async (name) => {
    const model = exportsOf(name);
    const inserted = insertAttention(model.graph);
    expect(inserted.sites.map(({ stage, channels }) => [stage, channels])).toEqual([
      [2, 8],
      [3, 16],
    ]);
    const weights = insertedWeights(inserted, model.weights);
    const after = await outputOf({ graph: inserted.graph, weights }, "disabled");
    expect(after).toEqual(await outputOf(model, "disabled"));
  });

  it("makes seresnet50 of resnet50: its names, its parameters and its cost", () => {
    const { graph } = insertAttention(createModel("resnet50"), { start: "paper" });
    const twin = createModel("seresnet50");
    expect(new Set(graph.parameters.keys())).toEqual(new Set(twin.parameters.keys()));
    expect(countParameters(graph)).toBe(countParameters(twin));
    expect(countMacs(graph)).toBe(countMacs(twin));
  });

  it("computes with equal weights what seresnet20 computes", async () => {
    const { graph } = insertAttention(createModel("resnet20"), {
      start: "paper",
      attention: { kind: "se", hidden: "divisible" },
    });
    const twin = createModel("seresnet20", { attention: { kind: "se", hidden: "divisible" } });
    const weights = initialise(twin, 3);
    const after = await outputOf(
      { graph, weights: new Map([...graph.parameters.keys()].map((n) => [n, weights.get(n)!])) },
      "disabled",
    );
    expect(after).toEqual(await outputOf({ graph: twin, weights }, "disabled"));
  });
});
