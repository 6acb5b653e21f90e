import { median } from "../evaluate/median.js";
import { confusionMatrix, correctness } from "../evaluate/metrics.js";
import { pairedDifference } from "../evaluate/paired-difference.js";
import { judge } from "../evaluate/verdict.js";
import {
  type Comparison,
  type ComparisonResults,
  inconsistencies,
  type ModelResult,
  type RunResult,
} from "./results.js";

/** A model as the trainer hands it over: everything but what `summarise` computes. */
export type MeasuredModel = Omit<ModelResult, "errorMean" | "errorStd" | "trainImagesPerSecond">;

/** A finished comparison before its statistics. */
export type Measured = Omit<ComparisonResults, "kind" | "version" | "models" | "comparisons"> & {
  models: MeasuredModel[];
};

/**
 * Turns finished runs into the content of `results.json`: mean error and throughput of every model, and each model
 * but the first compared with the first.
 * @throws RangeError when seeds, predictions, labels or confusion matrices do not fit together.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { parseResults, summarise } from "senet/report";
 *
 * // Of what was measured, the errors, the differences and their noise follow anew.
 * const { comparisons, ...measured } = parseResults(await readFile("results.json", "utf8"));
 * console.log(summarise(measured).comparisons.length === comparisons.length); // true
 * ```
 */
export function summarise(measured: Measured): ComparisonResults {
  const problems = inconsistencies(measured);
  if (problems.length > 0) throw new RangeError(`summarise: ${problems.join("; ")}`);
  const models = measured.models.map(summariseModel);
  const [baseline, ...candidates] = models;
  const comparisons = candidates.map((candidate) => compareRuns(baseline!, candidate, measured.labels));
  return { kind: "senet-comparison", version: 1, ...measured, models, comparisons };
}

/**
 * The test error and the confusion matrix of one run.
 * @param predictions [N] predicted class indices. @param labels [N] true class indices.
 */
export function scoreRun(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Pick<RunResult, "testError" | "confusion"> {
  return {
    testError: 100 * (1 - mean(correctness(predictions, labels))),
    confusion: confusionMatrix(predictions, labels, classes),
  };
}

/** Two models' errors compared: what can be said as soon as both have run the same seeds. */
export type ErrorComparison = Omit<Comparison, "overhead">;

/** Compares the errors of two models that ran the same seeds: gain, interval and verdict. */
export function compareErrors(
  baseline: Pick<ModelResult, "name" | "attention" | "runs">,
  candidate: Pick<ModelResult, "name" | "attention" | "runs">,
  labels: readonly number[],
): ErrorComparison {
  const rows = ({ runs }: Pick<ModelResult, "runs">) => runs.map((run) => correctness(run.predictions, labels));
  const difference = pairedDifference(rows(baseline), rows(candidate));
  const attention = addedAttention(baseline, candidate);
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    gain: 100 * difference.mean,
    interval: [100 * difference.interval[0], 100 * difference.interval[1]],
    df: difference.df,
    standardError: 100 * difference.standardError,
    sources: [...difference.sources],
    ...(attention ? judge(difference, attention) : judge(difference, candidate.name, baseline.name)),
  };
}

/** Compares two models that ran the same seeds: gain, interval, verdict and overhead. */
export function compareRuns(baseline: ModelResult, candidate: ModelResult, labels: readonly number[]): Comparison {
  return {
    ...compareErrors(baseline, candidate, labels),
    overhead: {
      params: percentMore(candidate.params, baseline.params),
      macs: percentMore(candidate.macs, baseline.macs),
      trainTime: percentMore(1 / candidate.trainImagesPerSecond, 1 / baseline.trainImagesPerSecond),
      inferenceTime: percentMore(candidate.inferenceMsPerImage.batch1, baseline.inferenceMsPerImage.batch1),
    },
  };
}

function summariseModel(model: MeasuredModel): ModelResult {
  const errors = model.runs.map((run) => run.testError);
  const errorMean = mean(errors);
  const squares = errors.reduce((sum, e) => sum + (e - errorMean) ** 2, 0);
  const speeds = model.runs.flatMap((run) => run.epochs.map((epoch) => epoch.imagesPerSecond));
  if (speeds.length === 0) throw new RangeError(`summarise: ${model.name} has no epochs; expected at least one`);
  return {
    ...model,
    errorMean,
    errorStd: errors.length > 1 ? Math.sqrt(squares / (errors.length - 1)) : null,
    trainImagesPerSecond: median(speeds), // a slow first epoch or a busy minute does not count
  };
}

const mechanisms: Record<string, string> = { se: "SE", eca: "ECA", cbam: "CBAM", scse: "scSE", ge: "GE", gc: "GC" };

/** What the candidate adds to the baseline where that is attention alone ("SE"), else undefined. */
function addedAttention(
  baseline: Pick<ModelResult, "name" | "attention">,
  candidate: Pick<ModelResult, "name" | "attention">,
): string | undefined {
  const sameNetwork = candidate.name !== baseline.name && candidate.name.includes(baseline.name);
  if (!sameNetwork || baseline.attention !== "none" || candidate.attention === "none") return undefined;
  const name = candidate.attention.split(" ")[0]!;
  return name === "gates" ? undefined : (mechanisms[name] ?? name); // gates of a file may be of any kind
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

const percentMore = (candidate: number, baseline: number): number => 100 * (candidate / baseline - 1);
