import type { Geometry, Statistics } from "../data/dataset.js";
import type { Batch, Split } from "../data/split.js";
import type { Views } from "../data/views.js";
import type { Graph } from "../graph/graph.js";
import type { Session } from "../runtime/runtime.js";
import { type Measurement, Tally } from "./tally.js";

/** How a model does on a split. */
export interface Evaluation extends Measurement {
  /** The predicted class of every image, in the order of the split; −1 for one that could not be read and was left out. */
  readonly predictions: Int32Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Images of the split at a time (256 by default). */
  readonly batch?: number;
  /** Views of each image, whose logits are averaged; the image alone by default. */
  readonly views?: Views | undefined;
  /** What the images are added to: it can be read on the way, or after the signal has ended the work. */
  readonly tally?: Tally | undefined;
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
  { batch = 256, views, tally: given, signal, onProgress }: EvaluateOptions = {},
): Promise<Evaluation> {
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const predictions = new Int32Array(split.length);
  let tally = given;
  let seen = 0;
  for await (const images of split.batches({ batch, views, statistics: like })) {
    signal?.throwIfAborted();
    const shape = [images.size * (images.views ?? 1), like.channels, like.height, like.width];
    const results = await session.run({ [input]: { dtype: "float32", shape, data: images.x } });
    const logits = meanOfViews(results[output]!.data as Float32Array, images);
    const classes = logits.length / images.size;
    tally ??= new Tally(classes);
    for (let n = 0; n < images.size; n++) {
      const own = images.indices[n] === seen + n; // not a stand-in for an image that could not be read
      const row = logits.subarray(n * classes, (n + 1) * classes);
      predictions[seen + n] = own ? tally.add(row, Number(images.y[n]), seen + n) : -1;
    }
    seen += images.size;
    onProgress?.(seen);
  }
  return { ...(tally ?? new Tally(0)).read(), predictions };
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
