import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { insertAttention, insertedWeights } from "../insert/insert-attention.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { readSafetensors } from "../weights/safetensors/safetensors.js";
import { openStep } from "./open-step.js";
import { planTraining, type StepRecipe } from "./plan.js";

/** Files by PyTorch's exporter, see `tests/goldens/make-exports.py`; with `SENET_EXPORTS` whole ones too. */
const folders = [fileURLToPath(new URL("../../tests/goldens/exports", import.meta.url))];
if (process.env.SENET_EXPORTS !== undefined) folders.push(process.env.SENET_EXPORTS);

const networks = [
  ...["resnet18", "resnet50", "resnext50_32x4d", "vgg16_bn", "densenet121", "inception_v3"],
  ...["mobilenet_v2", "shufflenet_v2_x0_5", "googlenet", "squeezenet1_1"],
];
const files = folders.flatMap((folder, i) =>
  readdirSync(folder)
    .filter((file) => /\.onnx$/.test(file) && !/training/.test(file))
    .filter((file) => networks.includes(file.replace(/(\.folded)?\.onnx$/, "")))
    .map((file): [string, string] => [`${i === 0 ? "a small" : "the whole"} ${file}`, join(folder, file)]),
);

const runtime = nodeRuntime();
afterAll(() => runtime.close());

/** The file with SE blocks that change nothing yet, and the images that the exporter's script made for it. */
function withGates(path: string): { model: Model; batch: Record<"x" | "y", Tensor> } {
  const { graph, weights } = importModel(readOnnx(readFileSync(path)));
  const inserted = insertAttention(graph, { attention: { kind: "se", reduction: 4 } });
  const model = { graph: inserted.graph, weights: insertedWeights(inserted, weights) };
  const { tensors } = readSafetensors(readFileSync(path.replace(/(\.folded)?\.onnx$/, ".safetensors")));
  return { model, batch: { x: tensors.get("x")!, y: tensors.get("y")! } };
}

/** The loss at every one of ten steps over one batch. */
async function tenSteps({ model, batch }: ReturnType<typeof withGates>, recipe: Partial<StepRecipe>, lr: number) {
  const channelBlock = await runtime.channelBlock();
  const sgd = { optimizer: "sgd", momentum: 0.9, nesterov: true } as const;
  const plan = planTraining(model.graph, { ...sgd, ...recipe, batch: batch.x.shape[0]! }, { channelBlock });
  const stepper = await openStep({ runtime, step: plan, weights: model.weights, seed: 1 });
  try {
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      const { loss } = await stepper.run({ ...batch, lr: float32([], [lr]) });
      losses.push(Number(loss!.data[0]));
    }
    return { losses, moved: plan.state.flatMap(({ kind, input }) => (kind === "parameter" ? [input] : [])) };
  } finally {
    await stepper.release();
  }
}

describe.each(files)("%s with SE inserted", (name, path) => {
  it("has a falling loss in ten steps", async () => {
    const { losses } = await tenSteps(withGates(path), { frozenBatchNorm: true, clip: { norm: 1 } }, 0.01);
    if (name.startsWith("the whole")) {
      process.stdout.write(`${name}: ${losses[0]!.toFixed(3)} → ${losses[9]!.toFixed(3)}\n`);
    }
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[9]).toBeLessThan(0.99 * losses[0]!);
  });

  it("learns by its gates alone, whatever they are called", async () => {
    const { losses, moved } = await tenSteps(withGates(path), { learn: "@gates" }, 0.1);
    expect(losses[9]).toBeLessThan(losses[0]!);
    expect(moved.length).toBeGreaterThan(3);
    expect(moved.filter((parameter) => !/\bse\b/.test(parameter))).toEqual([]);
  });
});

it("has all networks and both ways of exporting them", () => {
  const missing = networks.flatMap((name) =>
    [`${name}.onnx`, `${name}.folded.onnx`].filter((file) => !existsSync(join(folders[0]!, file))),
  );
  expect(missing).toEqual([]);
});
