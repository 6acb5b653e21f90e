import type { ModelResult } from "../compare/results.js";
import { correctness, perClassAccuracy } from "../evaluate/metrics.js";
import { pairedDifference } from "../evaluate/paired-difference.js";

/** How often one class was taken for another, in all runs of two models. */
export interface ConfusionChange {
  /** Class indices. */
  readonly from: number;
  readonly to: number;
  readonly baseline: number;
  readonly candidate: number;
  readonly change: number;
}

/** How the accuracy on one class differs between two models, in points. */
export interface ClassChange {
  readonly index: number;
  /** Percent, mean over the runs. */
  readonly baseline: number;
  readonly candidate: number;
  readonly change: number;
  /** 95 % interval of `change`. */
  readonly interval: readonly [low: number, high: number];
}

/** The confusion matrices of a model's runs added up. */
export function summedConfusion({ runs }: ModelResult): number[][] {
  return runs[0]!.confusion.map((row, t) =>
    row.map((_, p) => runs.reduce((sum, run) => sum + run.confusion[t]![p]!, 0)),
  );
}

/** The mistakes whose number changed most from baseline to candidate, largest change first. */
export function changedConfusions(baseline: ModelResult, candidate: ModelResult, most: number): ConfusionChange[] {
  const [before, after] = [summedConfusion(baseline), summedConfusion(candidate)];
  const changes = before.flatMap((row, from) =>
    row.map((count, to) => {
      const now = after[from]![to]!;
      return { from, to, baseline: count, candidate: now, change: now - count };
    }),
  );
  return changes
    .filter(({ from, to, change }) => from !== to && change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || b.baseline - a.baseline)
    .slice(0, most);
}

/**
 * The change of accuracy on every class that has at least two test images, from the largest loss to the largest gain.
 */
export function classChanges(baseline: ModelResult, candidate: ModelResult, labels: readonly number[]): ClassChange[] {
  const images = new Map<number, number[]>();
  labels.forEach((label, n) => {
    const list = images.get(label);
    if (list) list.push(n);
    else images.set(label, [n]);
  });
  const rows = (model: ModelResult) => model.runs.map((run) => correctness(run.predictions, labels));
  const [before, after] = [rows(baseline), rows(candidate)];
  const accuracy = [baseline, candidate].map((model) => perClassAccuracy(summedConfusion(model)));
  return [...images]
    .filter(([, members]) => members.length > 1)
    .map(([index, members]) => {
      const only = (model: readonly number[][]) => model.map((row) => members.map((n) => row[n]!));
      const { mean, interval } = pairedDifference(only(before), only(after));
      return {
        index,
        baseline: 100 * accuracy[0]![index]!,
        candidate: 100 * accuracy[1]![index]!,
        change: 100 * mean,
        interval: [100 * interval[0], 100 * interval[1]] as const,
      };
    })
    .sort((a, b) => a.change - b.change || a.index - b.index);
}
