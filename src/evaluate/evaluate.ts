import type { Batch } from "../data/batch.js";
import type { Geometry, Statistics } from "../data/image-set.js";
import type { Share, Split } from "../data/split.js";
import { testBatch } from "../data/test-batch.js";
import type { Views } from "../data/views.js";
import type { Graph, Weights } from "../graph/graph.js";
import { alone, type Communicator } from "../parallel/communicator.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Asker, activationOf, openProgram, type Program, programOfModel } from "./ask.js";
import type { Activation } from "./logits.js";
import { decodeScores, encodeScores, type ImageScore, inOrder, scoreOf } from "./scores.js";
import { type Measurement, Tally } from "./tally.js";

/** How a model does on a split. */
export interface Evaluation extends Measurement {
  /**
   * The predicted class of every image, in the order of the split; −1 for one that could not be read and was left out.
   */
  readonly predictions: Int32Array;
}

/** Images to test on: their size, the mean and std that normalise them, and the split they are. */
export interface TestData extends Geometry, Statistics {
  readonly test: Split;
}

/** A model that is tested, on what and how. */
export interface EvaluateOptions extends EvaluateProgramOptions {
  /** From images to logits or probabilities of classes. */
  readonly graph: Graph;
  readonly weights: Weights;
}

/** On what and how a model is tested; and what a caller may follow on the way. */
export interface EvaluateProgramOptions {
  readonly runtime: Runtime;
  readonly dataset: TestData;
  /** The images (those of `dataset.test` by default). */
  readonly split?: Split;
  /** Images of the split at a time (by default 256 small ones, of large ones 8). */
  readonly batch?: number;
  /** Views of each image, whose logits are averaged; the image alone by default. */
  readonly views?: Views | undefined;
  /** Deals the batches to processes: this one takes each `size`-th from number `rank` on (all by default). */
  readonly share?: Share | undefined;
  /** Processes that test together: each takes its share, and all learn of all images. */
  readonly ranks?: Communicator | undefined;
  /** Told what every image has come to. */
  readonly onScore?: ((score: ImageScore) => void) | undefined;
  /** What the images are added to: it can be read on the way, or after the signal has ended the work. */
  readonly tally?: Tally | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of images that are done: 0 when the model is open, then after every batch. */
  readonly onProgress?: ((images: number) => void) | undefined;
}

/**
 * Runs a model over the test images without augmentation, in the form of the file that `writeOnnx` makes of it.
 * @throws UserError when the views do not fit the images; the signal's reason when it is aborted.
 * @example
 * ```ts
 * import { evaluate, readCard } from "senet";
 * import { nodeRuntime, openDataset, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const dataset = await openDataset("glyphs", { testLimit: 64 });
 * const runtime = nodeRuntime();
 * const prepared = { ...dataset, ...readCard(graph) }; // normalised as the model says
 * const { top1, predictions } = await evaluate({ runtime, graph, weights, dataset: prepared });
 * await runtime.close();
 * console.log(predictions.length, top1 >= 0 && top1 <= 100); // 64 true
 * ```
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { graph, weights } = options;
  return evaluateProgram(programOfModel({ graph, weights }), options);
}

/** Runs a program over test images as {@link evaluate} does. @throws as it does. */
export async function evaluateProgram(program: Program, options: EvaluateProgramOptions): Promise<Evaluation> {
  const asker = await openProgram(options.runtime, program);
  try {
    return await evaluateAsker(asker, program, options);
  } finally {
    await asker.release();
  }
}

async function evaluateAsker(asker: Asker, { answer }: Program, options: EvaluateProgramOptions): Promise<Evaluation> {
  const { dataset, split = dataset.test, ranks = alone } = options;
  const { tally = new Tally(answer.classes, activationOf(answer)) } = options;
  const predictions = new Int32Array(split.length).fill(-1);
  const count = (score: ImageScore) => {
    predictions[score.index] = score.predicted;
    tally.count(score);
  };
  if (ranks.size === 1) {
    await eachScore(asker, { ...options, split, activation: tally.activation }, count);
  } else {
    const own: ImageScore[] = [];
    const share = { rank: ranks.rank, size: ranks.size };
    await eachScore(asker, { ...options, split, share, activation: tally.activation }, (score) => own.push(score));
    for (const score of inOrder((await ranks.gather(encodeScores(own))).map(decodeScores))) count(score);
  }
  return { ...tally.read(), predictions };
}

/** Asks about the images of a share, one batch after the other. */
async function eachScore(
  asker: Asker,
  options: EvaluateProgramOptions & { readonly split: Split; readonly activation: Activation },
  count: (score: ImageScore) => void,
): Promise<void> {
  const { dataset, split, views, signal, onProgress, onScore, activation } = options;
  const { batch = testBatch(dataset), share = { rank: 0, size: 1 } } = options;
  let [first, seen] = [share.rank * batch, 0];
  signal?.throwIfAborted();
  onProgress?.(seen);
  const pass = { batch, views, statistics: dataset, start: share.rank, every: share.size };
  for await (const images of split.batches(pass)) {
    signal?.throwIfAborted();
    const shape = [images.size * (images.views ?? 1), dataset.channels, dataset.height, dataset.width] as const;
    const logits = meanOfViews(await asker.logits({ data: images.x, shape }), images);
    const classes = logits.length / images.size;
    for (let n = 0; n < images.size; n++) {
      if (images.indices[n] !== first + n) continue; // a stand-in for an image that could not be read
      const row = logits.subarray(n * classes, (n + 1) * classes);
      const score = scoreOf(row, Number(images.y[n]), first + n, activation);
      count(score);
      onScore?.(score);
    }
    first += share.size * batch;
    seen += images.size;
    onProgress?.(seen);
  }
}

/** The logits [N, classes] of images whose views follow each other. Source: torchvision's example of `TenCrop`. */
function meanOfViews(logits: Float32Array, { size, views = 1 }: Batch): Float32Array {
  if (views === 1) return logits;
  const classes = logits.length / (size * views);
  const means = new Float32Array(size * classes);
  for (let n = 0; n < size; n++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let v = 0; v < views; v++) sum += logits[(n * views + v) * classes + c]!;
      means[n * classes + c] = sum / views;
    }
  }
  return means;
}
