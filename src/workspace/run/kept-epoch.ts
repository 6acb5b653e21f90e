import { bestEpoch, betterTop1, plainTop1 } from "../../train/best-epoch.js";
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

/**
 * What is kept of the epochs that are done: the best, or the last where none has a test top-1. Where weights and their
 * moving average were tested, the better of both.
 */
export function keptEpoch(epochs: readonly EpochRecord[], keep: Keep, { ema }: Pick<Recipe, "ema">): KeptEpoch {
  const record = (keep === "best" ? bestEpoch(epochs, betterTop1) : undefined) ?? epochs.at(-1)!;
  return { epoch: record.epoch, averaged: ema !== undefined && !(plainTop1(record) > record.testTop1) };
}

/** The best of the other kind: of the weights themselves where their average is kept, and the other way round. */
export function otherKept(epochs: readonly EpochRecord[], { averaged }: KeptEpoch): Scored | undefined {
  const top1 = averaged ? plainTop1 : ({ testTop1 }: EpochRecord) => testTop1;
  const best = epochs.some(({ plain }) => plain !== undefined) ? bestEpoch(epochs, top1) : undefined;
  return best && { epoch: best.epoch, averaged: !averaged, testTop1: top1(best) };
}

/** Weights of an epoch, and the test top-1 that they have, in percent. */
export interface Scored extends KeptEpoch {
  readonly testTop1: number;
}

/** The test top-1 of what is kept, in percent. */
export function keptTop1(epochs: readonly EpochRecord[], { epoch, averaged }: KeptEpoch): number {
  const { plain, testTop1 } = epochs[epoch - 1]!;
  return averaged ? testTop1 : (plain?.testTop1 ?? testTop1);
}
