import { UserError } from "../errors.js";
import { Random } from "../random.js";
import { drawVariation, normalisationTable, unchanged, writeImage } from "./augment.js";
import type { Augmentation, Geometry, ImageSet, Statistics } from "./dataset.js";

/** Images ready for a network. The buffers are this batch's own: they may be transferred to a worker. */
export interface Batch {
  /** Normalised images [N, C, H, W]. */
  readonly x: Float32Array<ArrayBuffer>;
  /** Labels [N]. */
  readonly y: BigInt64Array<ArrayBuffer>;
  /** Where in the split each image comes from [N]. */
  readonly indices: Uint32Array<ArrayBuffer>;
  /** N: the batch size asked for, or less in the last batch. */
  readonly size: number;
}

/** What makes up one pass over a split. The same options give the same bytes. */
export interface BatchOptions {
  /** Images per batch. */
  readonly batch: number;
  /** Decides, together with `epoch`, order and augmentation (0 by default). */
  readonly seed?: number | undefined;
  /** The pass, counted from 0 (0 by default). */
  readonly epoch?: number | undefined;
  /** Whether the images come in random order (false by default). */
  readonly shuffle?: boolean | undefined;
  /** How images are varied (not at all by default). */
  readonly augment?: Augmentation | undefined;
  /** Whether to leave out the images that do not fill a last batch (false by default). */
  readonly dropLast?: boolean | undefined;
  /** The first batch wanted, counted from 0, to resume inside a pass (0 by default). */
  readonly start?: number | undefined;
}

/** The number of batches in a full pass over `images` images. */
export function countBatches(
  images: number,
  { batch, dropLast = false }: Pick<BatchOptions, "batch" | "dropLast">,
): number {
  return dropLast ? Math.floor(images / batch) : Math.ceil(images / batch);
}

/**
 * One pass over a split in batches, each built when it is asked for.
 * An image's variation depends on seed, epoch and its index alone: not on the batch size, nor on where a pass resumed.
 * @param like the size of the images and their mean and std: usually the dataset.
 * @throws UserError when an option is out of range, or `dropLast` leaves no batch.
 *
 * @example
 * for await (const { x, y } of prefetch(batches(dataset.train, dataset, { batch: 128, seed: 1, epoch, shuffle: true }))) {
 *   await train(x, y);
 * }
 */
export function batches(
  set: ImageSet,
  like: Geometry & Statistics,
  options: BatchOptions,
): Generator<Batch, void, undefined> {
  checkOptions(set, options); // here, so that a mistake shows at the call and not at the first batch
  return generate(set, like, options);
}

function* generate(
  set: ImageSet,
  like: Geometry & Statistics,
  options: BatchOptions,
): Generator<Batch, void, undefined> {
  const { batch, seed = 0, epoch = 0, shuffle = false, augment, start = 0 } = options;
  const order = shuffle ? new Random(seed, "order", epoch).permutation(set.length) : undefined;
  const table = normalisationTable(like);
  const size = like.channels * like.height * like.width;
  for (let b = start; b < countBatches(set.length, options); b++) {
    const n = Math.min(batch, set.length - b * batch);
    const x = new Float32Array(n * size);
    const y = new BigInt64Array(n);
    const indices = new Uint32Array(n);
    for (let slot = 0; slot < n; slot++) {
      const index = order?.[b * batch + slot] ?? b * batch + slot;
      const variation = augment ? drawVariation(new Random(seed, "augment", epoch, index), augment) : unchanged;
      writeImage(x, slot, set.images, index, table, like, variation);
      y[slot] = BigInt(set.labels[index]!);
      indices[slot] = index;
    }
    yield { x, y, indices, size: n };
  }
}

function checkOptions(set: ImageSet, options: BatchOptions): void {
  checkWhole("batch", options.batch, 1);
  checkWhole("epoch", options.epoch ?? 0, 0);
  checkWhole("start", options.start ?? 0, 0);
  checkWhole("augment.pad", options.augment?.pad ?? 0, 0);
  if (countBatches(set.length, options) === 0) {
    throw new UserError(
      `batches: got batch ${options.batch} for ${set.length} images without the last partial batch, which leaves none; ` +
        `expected at most ${set.length}`,
    );
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new UserError(`batches: got ${name} ${value}; expected a whole number from ${least}`);
}
