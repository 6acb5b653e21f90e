import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { isOver } from "../../train/best-epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import type { Recipe } from "../../train/recipe.js";
import { type Keep, type KeptEpoch, keptEpoch } from "./kept-epoch.js";
import { openRunFolder } from "./run-folder.js";
import { lastCheckpoint, MODEL, REPORT } from "./train-in-folder.js";

/** A training that has nothing left to do. */
export interface FinishedTraining {
  /** The name of its data, and how many test images that has. */
  readonly data: { readonly name: string; readonly test: { readonly images: number } };
  readonly seed: number;
  readonly epochs: readonly EpochRecord[];
  readonly kept: KeptEpoch;
  /** Whether there is a page about it. */
  readonly report: boolean;
}

/** The part of a run's identity that tells of it. */
const identity = z.object({
  seed: z.number(),
  data: z.object({ name: z.string(), test: z.object({ images: z.number() }) }),
});

/** What the training in a folder has come to; undefined where it has something left to do. */
export async function finishedTraining(
  path: string,
  recipe: Recipe,
  keep: Keep,
): Promise<FinishedTraining | undefined> {
  if (!existsSync(join(path, MODEL))) return undefined;
  const checkpoint = await lastCheckpoint(openRunFolder(path), () => undefined);
  if (checkpoint === undefined || !isOver(recipe, checkpoint.progress)) return undefined;
  const { history: epochs } = checkpoint.progress;
  const { data, seed } = identity.parse(checkpoint.progress.identity);
  return { data, seed, epochs, kept: keptEpoch(epochs, keep, recipe), report: existsSync(join(path, REPORT)) };
}
