import type { Dataset } from "../../data/dataset.js";
import type { Share } from "../../data/split.js";
import { type Views, viewCount } from "../../data/views.js";
import type { ImageScore } from "../../evaluate/scores.js";
import { Tally } from "../../evaluate/tally.js";
import type { Communicator } from "../../parallel/communicator.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { ClassifierModel } from "../classifier/find-classifier.js";
import { checkProgram } from "../model/check-program.js";

/** How a classifier is evaluated. */
export interface EvaluateClassifierOptions {
  /** Images the model takes at a time, views counted (32 by default). */
  readonly batch?: number | undefined;
  /** Views of each image, whose logits are averaged; the image alone by default. */
  readonly views?: Views | undefined;
  /** The part of the images that this process takes; all by default. */
  readonly share?: Share | undefined;
  /** Processes that measure together: each takes a share, and all learn what came of it. */
  readonly ranks?: Communicator | undefined;
  /** Told what every image has come to. */
  readonly onScore?: ((score: ImageScore) => void) | undefined;
  /** Stops after the current batch: what was measured until then is returned. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after every batch with the number of images seen, the seconds they took and what they have given; of several
   * processes with what this one has seen.
   */
  readonly onProgress?: ((images: number, seconds: number, tally: Tally) => void) | undefined;
}

/** What was measured; `stopped` is the signal's reason where that was not all. */
export interface MeasuredClassifier {
  readonly tally: Tally;
  /** The predicted class of every image, −1 where it could not be read; undefined where the evaluation was stopped. */
  readonly predictions: Int32Array | undefined;
  readonly seconds: number;
  readonly stopped: unknown;
}

/**
 * Runs a classifier over the test images of a dataset.
 * @throws UserError when the model gives NaN or infinity for images, with how many.
 * @example
 * ```ts
 * import { evaluateClassifier, findClassifier, nodeRuntime, openTestData } from "senet/node";
 *
 * const classifier = await findClassifier("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", classifier, { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const { tally } = await evaluateClassifier(runtime, classifier, dataset);
 * await runtime.close();
 * console.log(tally.read().images); // 32
 * ```
 */
export async function evaluateClassifier(
  runtime: Runtime,
  { program, classes }: ClassifierModel,
  dataset: Dataset,
  { batch = 32, views, share, ranks, onScore, signal, onProgress }: EvaluateClassifierOptions = {},
): Promise<MeasuredClassifier> {
  const { evaluateProgram } = await import("../../evaluate/evaluate.js");
  const { activationOf } = await import("../../evaluate/ask.js");
  const image = [dataset.channels, dataset.height, dataset.width];
  await checkProgram(program, image, Math.min(batch, dataset.test.length * viewCount(views)));
  const tally = new Tally(classes.length, activationOf(program.answer));
  const own = ranks === undefined || ranks.size === 1 ? tally : new Tally(classes.length, tally.activation);
  const onOwn = (score: ImageScore) => {
    if (own !== tally) own.count(score);
    onScore?.(score);
  };
  let started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const onBatch = (images: number) => {
    // None when the model is open: how long that took is not the images' time.
    if (images === 0) started = performance.now();
    else onProgress?.(images, seconds(), own);
  };
  try {
    const { predictions } = await evaluateProgram(program, {
      ...{ runtime, dataset, views, tally, signal, share, ranks, onScore: onOwn },
      batch: Math.max(1, Math.floor(batch / viewCount(views))),
      onProgress: onBatch,
    });
    tally.notFinite.check(tally.images, (index) => dataset.test.nameOf?.(index));
    return { tally, predictions, seconds: seconds(), stopped: undefined };
  } catch (error) {
    if (!signal?.aborted) throw error;
    tally.notFinite.check(tally.images, (index) => dataset.test.nameOf?.(index));
    return { tally, predictions: undefined, seconds: seconds(), stopped: error };
  }
}
