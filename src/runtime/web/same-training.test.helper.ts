import { noAugmentation } from "../../data/augment/augmentation.js";
import { defineDataset } from "../../data/dataset.js";
import { createModel } from "../../models/index.js";
import { defaultRecipe, type Recipe } from "../../train/recipe.js";
import { train } from "../../train/trainer.js";
import type { Runtime } from "../runtime.js";

// One training, which Node and a page run from this file.

/** Noisy images whose class is the place of a bright stripe. */
function striped(count: number) {
  const images = new Uint8Array(count * 3 * 32 * 32);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 4);
  let state = 1;
  for (let i = 0; i < images.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const inStripe = Math.floor((i % 32) / 8) === labels[Math.floor(i / 3072)];
    images[i] = (state >>> 24) / 2 + (inStripe ? 127 : 0);
  }
  return { images, labels, length: count };
}

export const stripes = defineDataset({
  name: "stripes",
  classes: ["a", "b", "c", "d"],
  ...{ channels: 3, height: 32, width: 32 },
  train: striped(48),
  test: striped(16),
  augment: noAugmentation,
});

/** Twelve steps of a small rate, so that roundings do not grow, with moving averages and varied images. */
export const recipe: Recipe = {
  ...defaultRecipe,
  ...{ epochs: 2, batch: 8, lr: 0.001, ema: { decay: 0.9 }, augment: { flip: true, pad: 2 } },
};

/** What a training says of itself. */
export interface Trained {
  readonly name: string;
  readonly losses: readonly number[];
  readonly tested: readonly number[];
}

/** Trains SE-ResNet-20, and gives the loss of every step and of every test. @param steps after which it ends. */
export async function sameTraining(runtime: Runtime, steps = Number.POSITIVE_INFINITY): Promise<Trained> {
  const losses: number[] = [];
  const tested: number[] = [];
  const stop = new AbortController();
  const graph = createModel("seresnet20", { classes: 4 });
  await train({
    ...{ runtime, graph, dataset: stripes, recipe, seed: 1, signal: stop.signal },
    onStep({ batchLoss }) {
      losses.push(batchLoss);
      if (losses.length === steps) stop.abort();
    },
    onEpoch: ({ testLoss }) => void tested.push(testLoss),
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return { name: runtime.name, losses, tested };
}
