import type { Measurement } from "../evaluate/tally.js";

/** How a model does on the images of one class. */
export interface ClassScore {
  /** The place of the class. */
  readonly index: number;
  readonly images: number;
  /** The share of its images that was predicted right, 0–1. */
  readonly recall: number;
  /** The share of its images with the class among the five most likely ones, 0–1. */
  readonly top5: number;
  /** The share of images predicted as this class that are of it, 0–1; NaN where there are none. */
  readonly precision: number;
  /** What its images were most often taken for, and how often; undefined where they never were. */
  readonly takenFor: { readonly index: number; readonly count: number } | undefined;
}

/** A class that was taken for another. */
export interface ConfusedPair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** The share of the images of `label`, 0–1. */
  readonly share: number;
}

/** Every class that has images, the worst first; equal ones in their own order. */
export function classScores({ confusion, classTop5 }: Pick<Measurement, "confusion" | "classTop5">): ClassScore[] {
  const predicted = confusion.map(() => 0);
  for (const row of confusion) for (const [p, count] of row.entries()) predicted[p]! += count;
  return confusion
    .map((row, index) => {
      const images = sum(row);
      const others = row.map((count, p) => (p === index ? 0 : count));
      const count = Math.max(0, ...others);
      return {
        index,
        images,
        recall: row[index]! / images,
        top5: classTop5[index]! / images,
        precision: row[index]! / predicted[index]!,
        takenFor: count > 0 ? { index: others.indexOf(count), count } : undefined,
      };
    })
    .filter(({ images }) => images > 0)
    .sort((a, b) => a.recall - b.recall || a.top5 - b.top5 || b.images - a.images || a.index - b.index);
}

/** The classes most often taken for another, the most frequent first. */
export function confusedPairs(confusion: Measurement["confusion"], most: number): ConfusedPair[] {
  return confusion
    .flatMap((row, label) => {
      const images = sum(row);
      return row.flatMap((count, predicted) =>
        count > 0 && predicted !== label ? [{ label, predicted, count, share: count / images }] : [],
      );
    })
    .sort((a, b) => b.count - a.count || b.share - a.share || a.label - b.label)
    .slice(0, most);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
