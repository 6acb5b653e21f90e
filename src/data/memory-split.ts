import { Random } from "../random.js";
import { drawVariation, normalisationTable, unchanged, writeImage } from "./augment.js";
import type { Geometry, ImageSet, Statistics } from "./dataset.js";
import { prefetch } from "./prefetch.js";
import { type Batch, type BatchOptions, checkBatchOptions, countBatches, type Split, visitingOrder } from "./split.js";

/** A split whose images are bytes in memory. */
export interface MemorySplit extends ImageSet, Split {
  readonly labels: ImageSet["labels"];
  readonly length: number;
}

/** A split of images in memory; `like` gives their size and, unless a pass says otherwise, mean and std. */
export function memorySplit(set: ImageSet, like: Geometry & Statistics): MemorySplit {
  const { images, labels, length } = set;
  return {
    images,
    labels,
    length,
    batches(options) {
      checkBatchOptions(length, options); // here, so that a mistake shows at the call and not at the first batch
      return prefetch(batchesOf(set, like, options));
    },
  };
}

/** One pass over images in memory, each batch built when it is asked for. */
export function* batchesOf(
  set: ImageSet,
  like: Geometry & Statistics,
  options: BatchOptions,
): Generator<Batch, void, undefined> {
  const { batch, seed = 0, epoch = 0, augment, start = 0, statistics = like } = options;
  const order = visitingOrder(set.length, options);
  const table = normalisationTable(statistics);
  const size = like.channels * like.height * like.width;
  for (let b = start; b < countBatches(set.length, options); b++) {
    const indices = order.slice(b * batch, (b + 1) * batch);
    const x = new Float32Array(indices.length * size);
    const y = BigInt64Array.from(indices, (index) => BigInt(set.labels[index]!));
    indices.forEach((index, slot) => {
      const variation = augment ? drawVariation(new Random(seed, "augment", epoch, index), augment) : unchanged;
      writeImage(x, slot, set.images, index, table, like, variation);
    });
    yield { x, y, indices, size: indices.length };
  }
}
