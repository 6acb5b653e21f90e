import { bestEpoch } from "../../train/best-epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import type { Recipe } from "../../train/recipe.js";

/** Which epoch's weights a run keeps as its model: those with the best test top-1, or those of the last. */
export type Keep = "best" | "last";

/** Whose weights the model of a run has. */
export interface KeptEpoch {
  readonly epoch: number;
  /** Whether they are the moving average. */
  readonly averaged: boolean;
}

/** The epoch that is kept of those that are done; the last, where none has a test top-1. */
export function keptEpoch(epochs: readonly EpochRecord[], keep: Keep, { ema }: Pick<Recipe, "ema">): KeptEpoch {
  const { epoch } = (keep === "best" ? bestEpoch(epochs) : undefined) ?? epochs.at(-1)!;
  return { epoch, averaged: ema !== undefined };
}
