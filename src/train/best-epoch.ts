import type { EpochRecord } from "./epoch-record.js";
import type { Recipe } from "./recipe.js";

/** Where a run stands: the epoch in progress, counted from 1, and the records of those before. */
interface Standing {
  readonly epoch: number;
  readonly history: readonly EpochRecord[];
}

/** The epoch of the highest test top-1, of equal ones the first; undefined where none has a number. */
export function bestEpoch(
  history: readonly EpochRecord[],
  top1: (record: EpochRecord) => number = ownTop1,
): EpochRecord | undefined {
  return history.reduce<EpochRecord | undefined>(
    (best, record) => (top1(record) > (best === undefined ? -1 : top1(best)) ? record : best),
    undefined,
  );
}

function ownTop1({ testTop1 }: EpochRecord): number {
  return testTop1;
}

/** The test top-1 of the weights of an epoch themselves, in percent; not a number where they were not tested. */
export function plainTop1({ plain }: EpochRecord): number {
  return plain?.testTop1 ?? Number.NaN;
}

/** The test top-1 of an epoch, in percent: where its weights and their moving average were tested, of the better one. */
export function betterTop1(record: EpochRecord): number {
  const plain = plainTop1(record);
  return plain > record.testTop1 ? plain : record.testTop1;
}

/** Whether the last epochs, as many as the recipe bears, brought no higher test top-1. */
export function isStale({ stopAfter }: Pick<Recipe, "stopAfter">, history: readonly EpochRecord[]): boolean {
  const best = bestEpoch(history, betterTop1);
  return stopAfter !== undefined && best !== undefined && history.at(-1)!.epoch - best.epoch >= stopAfter;
}

/** Whether a run has nothing left to train: all epochs are done, or they have ceased to help. */
export function isOver(recipe: Pick<Recipe, "epochs" | "stopAfter">, { epoch, history }: Standing): boolean {
  return epoch > recipe.epochs || isStale(recipe, history);
}
