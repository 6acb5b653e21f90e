import type { EpochRecord } from "./epoch-record.js";
import type { Recipe } from "./recipe.js";

/** Where a run stands: the epoch in progress, counted from 1, and the records of those before. */
interface Standing {
  readonly epoch: number;
  readonly history: readonly EpochRecord[];
}

/** The epoch of the highest test top-1, of equal ones the first; undefined where none has a number. */
export function bestEpoch(history: readonly EpochRecord[]): EpochRecord | undefined {
  return history.reduce<EpochRecord | undefined>(
    (best, record) => (record.testTop1 > (best?.testTop1 ?? -1) ? record : best),
    undefined,
  );
}

/** Whether the last epochs, as many as the recipe bears, brought no higher test top-1. */
export function isStale({ stopAfter }: Pick<Recipe, "stopAfter">, history: readonly EpochRecord[]): boolean {
  const best = bestEpoch(history);
  return stopAfter !== undefined && best !== undefined && history.at(-1)!.epoch - best.epoch >= stopAfter;
}

/** Whether a run has nothing left to train: all epochs are done, or they have ceased to help. */
export function isOver(recipe: Pick<Recipe, "epochs" | "stopAfter">, { epoch, history }: Standing): boolean {
  return epoch > recipe.epochs || isStale(recipe, history);
}
