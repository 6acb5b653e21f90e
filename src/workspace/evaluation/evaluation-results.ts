import { usualRounding } from "../../data/centre-crop.js";
import type { Dataset } from "../../data/dataset.js";
import { datasetTitle } from "../../data/node/open.js";
import type { Views } from "../../data/views.js";
import { perClassAccuracy } from "../../evaluate/metrics.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import type { ClassifierModel } from "../classifier/find-classifier.js";
import { describeFraming } from "../data/describe-framing.js";
import type { ModelQuery } from "../model/model-query.js";
import { environment } from "../run/environment.js";
import type { MeasuredClassifier } from "./evaluate-classifier.js";

/** An evaluation that is through, and how it came about. */
export interface FinishedEvaluation extends MeasuredClassifier {
  readonly query: ModelQuery;
  readonly classifier: ClassifierModel;
  /** The dataset as it was asked for, and opened. */
  readonly spec: string;
  readonly dataset: Dataset;
  readonly views: Views | undefined;
  /** Images the model took at a time, and threads of the engine. */
  readonly batch: number;
  readonly threads: number;
  /** How it was started, for people: a command line. */
  readonly command: string;
}

/**
 * Says what an evaluation has found, as its report shows it; mistakes have no pictures yet.
 * @example
 * ```ts
 * import { evaluateClassifier, evaluationResults, findClassifier, nodeRuntime, openTestData } from "senet/node";
 *
 * const classifier = await findClassifier("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", classifier, { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const measured = await evaluateClassifier(runtime, classifier, dataset);
 * await runtime.close();
 * const finished = {
 *   ...measured,
 *   query: { model: "model.onnx" },
 *   classifier,
 *   spec: "glyphs",
 *   dataset,
 *   views: undefined,
 *   batch: 32,
 *   threads: 1,
 *   command: "my program",
 * };
 * const { data, skipped } = evaluationResults(finished);
 * console.log(data.images, skipped); // 32 0
 * ```
 */
export function evaluationResults(finished: FinishedEvaluation): EvaluationResults {
  const { query, spec, tally, seconds, stopped, dataset, command } = finished;
  return {
    created: new Date().toISOString(),
    command,
    environment: environment(),
    model: query.model,
    data: { name: datasetTitle(spec, dataset), classes: dataset.classes, images: dataset.test.length },
    measured: tally.read(),
    skipped: dataset.test.skipped?.size ?? 0,
    partial: stopped !== undefined,
    imagesPerSecond: tally.images / seconds,
    settings: settingsOf(finished),
    mistakes: [],
  };
}

/** What `results.json` says beside the results. */
export interface DocumentFacts extends Pick<FinishedEvaluation, "predictions" | "seconds"> {
  readonly classifier: Pick<ClassifierModel, "preprocessing">;
}

/** What decides the figures of a test, by name. */
export function settingsOf(
  finished: Pick<FinishedEvaluation, "query" | "classifier" | "views" | "batch" | "threads">,
): (readonly [string, string])[] {
  const { query, classifier, views, batch, threads } = finished;
  const { preprocessing } = classifier;
  const { height, width, interpolation, rounding = usualRounding(preprocessing), mean, std } = preprocessing;
  const several = {
    flip: "image and mirror image, logits averaged",
    "ten-crop": "four corners and middle, each with its mirror image, logits averaged",
  };
  return [
    ["model", query.model],
    ...(query.weights === undefined ? [] : [["weights", query.weights] as const]),
    ["input", `${mean.length}×${height}×${width}`],
    ["image files", `${describeFraming(preprocessing)}, ${interpolation}, rounded as ${rounding}; the middle`],
    ["mean", mean.join(", ")],
    ["std", std.join(", ")],
    ["views", views === undefined ? "one" : several[views]],
    ["batch", `${batch} images, ${threads} ${threads === 1 ? "thread" : "threads"}`],
  ];
}

/**
 * Writes the text of `results.json`.
 * @example
 * ```ts
 * import {
 *   evaluateClassifier,
 *   evaluationDocument,
 *   evaluationResults,
 *   findClassifier,
 *   nodeRuntime,
 *   openTestData,
 * } from "senet/node";
 *
 * const classifier = await findClassifier("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", classifier, { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const measured = await evaluateClassifier(runtime, classifier, dataset);
 * await runtime.close();
 * const finished = {
 *   ...measured,
 *   query: { model: "model.onnx" },
 *   classifier,
 *   spec: "glyphs",
 *   dataset,
 *   views: undefined,
 *   batch: 32,
 *   threads: 1,
 *   command: "my program",
 * };
 * const text = evaluationDocument(evaluationResults(finished), finished);
 * console.log(text.endsWith("}\n")); // true
 * ```
 */
export function evaluationDocument(
  results: EvaluationResults,
  { predictions, classifier, seconds }: DocumentFacts,
): string {
  const { model, data, measured, partial, skipped, imagesPerSecond, created, command, environment } = results;
  const { images, top1, top5, loss, calibration, confusion, classTop5, surest } = measured;
  const { mean, std, ...rest } = classifier.preprocessing;
  return `${JSON.stringify({
    ...{ created, command, environment, model, data: data.name, images, of: data.images, partial, skipped },
    ...{ top1, top5, loss, calibration, seconds, imagesPerSecond, preprocessing: { ...rest, mean, std } },
    ...{ classes: data.classes, perClass: perClassAccuracy(confusion), classTop5, confusion, surest },
    ...(predictions && { predictions: [...predictions] }),
  })}\n`;
}
