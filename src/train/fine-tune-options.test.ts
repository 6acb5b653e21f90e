import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import { defaultErasing } from "../data/augment/augmentation.js";
import { defineDataset } from "../data/dataset.js";
import type { ImageSet } from "../data/image-set.js";
import type { Weights } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { toNumbers } from "../graph/tensor.js";
import { insertAttention, insertedWeights } from "../insert/insert-attention.js";
import { Random } from "../random.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { defaultRecipe, type Recipe } from "./recipe.js";
import { train } from "./trainer.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

/** Colour images of noise with one bright channel. */
function images(length: number, name: string): ImageSet {
  const random = new Random(1, name);
  const labels = Uint8Array.from({ length }, (_, n) => n % 3);
  const pixels = Uint8Array.from({ length: length * 3 * 1024 }, (_, i) => {
    const bright = Math.floor(i / 1024) % 3 === labels[Math.floor(i / 3072)];
    return (bright ? 150 : 50) + random.below(100);
  });
  return { images: pixels, labels, length };
}

const dataset = defineDataset({
  name: "colours",
  classes: Array.from({ length: 10 }, (_, k) => `class ${k}`),
  ...{ channels: 3, height: 32, width: 32 },
  train: images(24, "train"),
  test: images(6, "test"),
  augment: { flip: true, pad: 2 },
});
const { augment } = dataset;
const recipe: Recipe = { ...defaultRecipe, epochs: 1, batch: 6, lr: 0.01, warmup: 0, augment };

// A small ResNet-18 by PyTorch's exporter, its batch norms folded away, with SE blocks that change nothing yet.
const path = fileURLToPath(new URL("../../tests/goldens/exports/resnet18.folded.onnx", import.meta.url));
const host = importModel(readOnnx(readFileSync(path)));
const inserted = insertAttention(host.graph, { attention: { kind: "se", reduction: 4 } });
const first = insertedWeights(inserted, host.weights);

const trained = async (more: Partial<Recipe>) =>
  (await train({ runtime, graph: inserted.graph, dataset, recipe: { ...recipe, ...more }, seed: 1, weights: first }))
    .weights;

/** How far a parameter went from where it began. */
function way(weights: Weights, name: string): number {
  const [from, to] = [toNumbers(first.get(name)!), toNumbers(weights.get(name)!)];
  return Math.hypot(...to.map((value, i) => value - from[i]!));
}

let plain: Weights;
beforeAll(async () => {
  plain = await trained({});
});

describe("an imported file with inserted gates", () => {
  it.each<[string, Partial<Recipe>]>([
    ["layer-wise decay", { layerDecay: 0.5 }],
    ["a learning rate of the gates", { groups: [{ match: "@gates", lrScale: 10 }] }],
    ["an average of its weights", { ema: { decay: 0.5 } }],
    ["label smoothing", { smoothing: 0.1 }],
    ["mixup", { mixup: 0.4 }],
    ["cutmix", { cutmix: 1 }],
    ["RandAugment", { augment: { ...augment, randAugment: "rand-m9-mstd0.5-inc1" } }],
    ["random erasing", { augment: { ...augment, randomErasing: { ...defaultErasing, probability: 1 } } }],
  ])("learns otherwise with %s", async (_, more) => {
    const weights = await trained(more);
    for (const name of ["4.se.fc2.weight", "5.se.fc1.weight", "9.weight"]) {
      expect(way(weights, name), name).toBeGreaterThan(0);
      expect(weights.get(name)!.data, name).not.toEqual(plain.get(name)!.data);
    }
  });

  it("goes less far near its input by layer-wise decay, and farther in its gates by their learning rate", async () => {
    const decayed = await trained({ layerDecay: 0.1 });
    const stem = host.graph.nodes[0]!.inputs[1]!;
    expect(way(decayed, stem)).toBeLessThan(0.01 * way(plain, stem));
    expect(way(decayed, "9.weight")).toBeGreaterThan(0.5 * way(plain, "9.weight"));
    const faster = await trained({ groups: [{ match: "@gates", lrScale: 10 }] });
    expect(way(faster, "5.se.fc2.weight")).toBeGreaterThan(3 * way(plain, "5.se.fc2.weight"));
  });
});
