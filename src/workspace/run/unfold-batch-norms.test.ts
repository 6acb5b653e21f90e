import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { importModel } from "../../clean/import-model.js";
import type { Split } from "../../data/split.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { defaultRecipe } from "../../train/recipe.js";
import { stripes } from "../../train/stripes.test.helper.js";
import { unfoldBatchNorms } from "./unfold-batch-norms.js";

it("measures batch norms once, and not before somebody asks for the weights to start from", async () => {
  const file = readFileSync(new URL("../../../tests/goldens/exports/resnet18.folded.onnx", import.meta.url));
  const model = { ...importModel(readOnnx(file)), notices: [] };
  const dataset = { ...stripes(), channels: 3, height: 32, width: 32 };
  let passes = 0;
  const train: Split = {
    ...dataset.train,
    async *batches() {
      passes++;
      yield { x: new Float32Array(2 * 3 * 32 * 32), y: new BigInt64Array(2), indices: new Uint32Array(2), size: 2 };
    },
  };
  const recipe = { ...defaultRecipe, epochs: 1, batch: 2, augment: dataset.augment };
  const { graph, start, notices } = await unfoldBatchNorms(model, { ...dataset, train }, recipe, { threads: 1 });
  expect(notices).toEqual([{ kind: "unfolded", convolutions: 6 }]);
  expect(graph.nodes.filter(({ op }) => op === "BatchNormalization")).toHaveLength(6);
  expect(passes).toBe(0);
  const weights = await start();
  expect([...weights.keys()]).toEqual([...graph.parameters.keys()]);
  expect(await start()).toBe(weights);
  expect(passes).toBe(1);
});
