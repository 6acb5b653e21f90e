import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset } from "../data/node/open.js";
import type { Graph } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { Random } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { startOf, trainEpoch } from "../train/epoch.js";
import { openStep } from "../train/open-step.js";
import { planTraining } from "../train/plan.js";
import { defaultRecipe } from "../train/recipe.js";
import { scheduleOf } from "../train/schedules/schedules.js";

/** The usual size of a photograph of ImageNet. */
const photograph = { width: 500, height: 375 };

/**
 * A model that trains on a folder of JPEGs, made for it and removed at the end, with random resized crops and flips.
 * @returns runs that many epochs of `steps` steps. What it gives is milliseconds per step, reading, decoding,
 *   augmentation and the start of the epoch included.
 */
export async function openFolderEpoch(
  runtime: Runtime,
  graph: Graph,
  { batch, size, steps }: { batch: number; size: number; steps: number },
): Promise<(epochs: number) => Promise<number[]>> {
  const folder = mkdtempSync(join(tmpdir(), "senet-bench-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  await fill(folder, batch * steps);

  const dataset = await openDataset(`folder:${folder}`, { size });
  const recipe = { ...defaultRecipe, batch, epochs: 1, augment: dataset.augment, lr: 1e-3 };
  const plan = planTraining(graph, recipe, { channelBlock: await runtime.channelBlock() });
  const stepper = await openStep({ runtime, step: plan, weights: initialise(graph, 1), seed: 1, takeOver: true });
  const training = { stepper, dataset, recipe, seed: 1 };
  let epoch = 0;
  return async (epochs) => {
    const milliseconds = [];
    for (let i = 0; i < epochs; i++) {
      const started = performance.now();
      const first = { ...startOf(1), epoch: ++epoch };
      await trainEpoch(training, first, scheduleOf(recipe, steps).start, async () => undefined);
      milliseconds.push((performance.now() - started) / steps);
    }
    return milliseconds;
  };
}

/** Writes photographs of noise, half of them for each of two classes, and two for the test split. */
async function fill(folder: string, images: number): Promise<void> {
  const random = new Random(1, "photographs");
  for (const [split, count] of [
    ["train", images],
    ["val", 2],
  ] as const) {
    for (let n = 0; n < count; n++) {
      const at = join(folder, split, `class-${n % 2}`);
      mkdirSync(at, { recursive: true });
      const coarse = Uint8Array.from({ length: 50 * 38 * 3 }, () => random.below(256));
      const jpeg = sharp(coarse, { raw: { width: 50, height: 38, channels: 3 } })
        .resize(photograph)
        .jpeg({ quality: 90 });
      writeFileSync(join(at, `${n}.jpg`), await jpeg.toBuffer());
    }
  }
}
