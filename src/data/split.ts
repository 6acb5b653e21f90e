import { optionError, UserError, valueError } from "../errors.js";
import { Random } from "../random.js";
import { type Augmentation, checkAugmentation } from "./augment/augmentation.js";
import { checkMix, type Mix } from "./augment/mix.js";
import type { Batch } from "./batch.js";
import type { Statistics } from "./image-set.js";
import type { Views } from "./views.js";

/** One split of a dataset: labelled images that come in batches, wherever they lie. */
export interface Split {
  /** The number of images. */
  readonly length: number;
  /** One index into the names of the classes per image. */
  readonly labels: ArrayLike<number>;
  /** The file that an image is; absent where images are no files. */
  nameOf?(index: number): string;
  /** What changes where the content of the files does, as text; absent where images are no files. */
  contents?(): Promise<string>;
  /**
   * The images that could not be read so far and were left out, by name, with the reason; absent where that cannot be.
   */
  readonly skipped?: ReadonlyMap<string, string> | undefined;
  /**
   * One pass over the images, the next batches prepared while one is worked on. The same options give the same bytes.
   * An image's variation depends on seed, epoch and its index alone: not on the batch size, nor on where a pass
   * resumed.
   * @throws UserError at the call when an option is out of range, or `dropLast` leaves no batch; on the way for images
   *   that cannot be read.
   *
   * @example
   * for await (const { x, y } of dataset.train.batches({ batch: 128, seed: 1, epoch, shuffle: true })) await step(x, y);
   */
  batches(options: BatchOptions): AsyncGenerator<Batch, void, undefined>;
  /** The images in these places, in this order, as a split of their own; absent where that cannot be. */
  part?(indices: Uint32Array<ArrayBuffer>): Split;
}

/** The images of a split in these places, in this order. @throws UserError for a split that gives no parts. */
export function partOf(split: Split, indices: Uint32Array<ArrayBuffer>): Split {
  if (split.part !== undefined) return split.part(indices);
  throw new UserError("got images that can only be taken together; expected a split with `part`, as memorySplit gives");
}

/** What makes up one pass over a split. */
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
  /**
   * How the images of a batch are mixed with each other (not at all by default); each batch then has `y2` and `mix`.
   */
  readonly mix?: Mix | undefined;
  /** How often and how each image is seen, to test a model (once by default); not together with `augment` or `mix`. */
  readonly views?: Views | undefined;
  /** Whether to leave out the images that do not fill a last batch (false by default). */
  readonly dropLast?: boolean | undefined;
  /** The first batch wanted, counted from 0, to resume inside a pass (0 by default). */
  readonly start?: number | undefined;
  /** Each so manieth batch alone, from `start` on (1 by default): so processes share a pass and keep its batches. */
  readonly every?: number | undefined;
  /** The images that one of several processes takes of each batch (all by default). */
  readonly share?: Share | undefined;
  /** What normalises the pixels: a model's own mean and std instead of the dataset's. */
  readonly statistics?: Statistics | undefined;
}

/** One of several processes that deal something among them. */
export interface Share {
  /** Counted from 0. */
  readonly rank: number;
  readonly size: number;
}

/**
 * The places in a batch of `images` that a process takes, in their order. Images that are mixed with each other, the
 * first with the last and so on, stay together where every process has an even number.
 */
export function placesOf(images: number, { rank, size }: Share): number[] {
  const paired = Array.from({ length: images }, (_, i) => (i % 2 === 0 ? i >> 1 : images - 1 - (i >> 1)));
  return paired.slice(borderOf(images, rank, size), borderOf(images, rank + 1, size)).sort((a, b) => a - b);
}

/** How many of a batch of `images` the processes before `rank` take. */
export function borderOf(images: number, rank: number, size: number): number {
  return Math.floor((rank * images) / size);
}

/** Where in a pass over `images` images those of its `b`-th batch stand. */
export function positionsOf(
  images: number,
  b: number,
  { batch, share = { rank: 0, size: 1 } }: Pick<BatchOptions, "batch" | "share">,
): number[] {
  const first = b * batch;
  const size = Math.min(batch, images - first);
  const places = share.size === 1 ? Array.from({ length: size }, (_, i) => i) : placesOf(size, share);
  return places.map((place) => first + place);
}

/** The number of batches in a full pass over `images` images. */
export function countBatches(
  images: number,
  { batch, dropLast = false }: Pick<BatchOptions, "batch" | "dropLast">,
): number {
  return dropLast ? Math.floor(images / batch) : Math.ceil(images / batch);
}

/** The order in which a pass visits `images` images: their own, or a random one of seed and epoch. */
export function visitingOrder(
  images: number,
  { seed = 0, epoch = 0, shuffle = false }: Pick<BatchOptions, "seed" | "epoch" | "shuffle">,
): Uint32Array<ArrayBuffer> {
  return shuffle
    ? new Random(seed, "order", epoch).permutation(images)
    : Uint32Array.from({ length: images }, (_, i) => i);
}

/** @throws UserError for options out of range, and where `dropLast` leaves no batch of `images` images. */
export function checkBatchOptions(images: number, options: BatchOptions): void {
  checkWhole("batch", options.batch, 1);
  checkWhole("epoch", options.epoch ?? 0, 0);
  checkWhole("start", options.start ?? 0, 0);
  checkWhole("every", options.every ?? 1, 1);
  if (options.augment) checkAugmentation(options.augment);
  if (options.mix) checkMix(options.mix);
  if (options.views && (options.augment || options.mix)) {
    throw optionError("views", `got ${options.views} with augmentation; expected one of them`);
  }
  if (countBatches(images, options) === 0) {
    throw new UserError(
      `batches: got batch ${options.batch} for ${images} images without the last partial batch, which leaves none; ` +
        `expected at most ${images}`,
    );
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw valueError("batches", name, value, `a whole number from ${least}`);
}
