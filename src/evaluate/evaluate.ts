import type { Geometry, Statistics } from "../data/dataset.js";
import type { Split } from "../data/split.js";
import type { Graph } from "../graph/graph.js";
import type { Session } from "../runtime/runtime.js";
import { predictedClasses } from "./metrics.js";

/** How a model does on a split. */
export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Accuracy in percent. */
  readonly top1: number;
  /** The predicted class of every image, in the order of the split; −1 for one that could not be read and was left out. */
  readonly predictions: Int32Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((images: number) => void) | undefined;
}

/**
 * Runs a model over a split without augmentation.
 * @param session an open session of `graph`, which goes from images [N, C, H, W] to logits [N, classes].
 * @param like size of the images, and the mean and std that normalise them.
 */
export async function evaluate(
  session: Session,
  graph: Pick<Graph, "inputs" | "outputs">,
  split: Split,
  like: Geometry & Statistics,
  { batch = 256, signal, onProgress }: EvaluateOptions = {},
): Promise<Evaluation> {
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const predictions = new Int32Array(split.length);
  let loss = 0;
  let correct = 0;
  let seen = 0;
  let read = 0;
  for await (const { x, y, indices, size } of split.batches({ batch, statistics: like })) {
    signal?.throwIfAborted();
    const shape = [size, like.channels, like.height, like.width];
    const results = await session.run({ [input]: { dtype: "float32", shape, data: x } });
    const logits = results[output]!.data as Float32Array;
    const classes = logits.length / size;
    const labels = Array.from(y, Number);
    const predicted = predictedClasses(logits, classes);
    for (const [n, label] of labels.entries()) {
      const own = indices[n] === seen + n; // not a stand-in for an image that could not be read
      predictions[seen + n] = own ? predicted[n]! : -1;
      if (!own) continue;
      read++;
      loss += crossEntropyOf(logits.subarray(n * classes, (n + 1) * classes), label);
      if (predicted[n] === label) correct++;
    }
    seen += size;
    onProgress?.(seen);
  }
  return { loss: loss / read, top1: (100 * correct) / read, predictions };
}

/** −log softmax(logits)[label]. */
function crossEntropyOf(logits: Float32Array, label: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Math.log(sum) + largest - logits[label]!;
}
