import { UserError, valueError } from "../errors.js";
import type { Notice } from "../notice.js";
import type { Augmentation } from "./augment/augmentation.js";
import { resizedSize } from "./centre-crop.js";
import { channelStatistics } from "./channel-statistics.js";
import { checkLabels, checkNumbers, type Geometry, type ImageSet, type Statistics } from "./image-set.js";
import { type MemorySplit, memorySplit } from "./memory-split.js";
import type { Preprocessing } from "./preprocessing.js";
import type { Split } from "./split.js";

/** Labelled images of one size, split for training and test, and how other photos are made like its test images. */
export interface Dataset extends Geometry, Preprocessing {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: Split;
  readonly test: Split;
  /** What training does to the images of this dataset unless told otherwise. */
  readonly augment: Augmentation;
  /** What should be known of how its images were found; absent where there is nothing. */
  readonly notices?: readonly Notice[];
  /** Ends the threads that decode, where images are files. They do not keep a process alive. */
  close?(): Promise<void>;
}

/** A dataset whose images are in memory. */
export interface MemoryDataset extends Dataset {
  readonly train: MemorySplit;
  readonly test: MemorySplit;
}

/**
 * What makes a dataset in memory. Mean and std, per channel and of pixels scaled to 0–1, are measured unless they are
 * given; numbers of another range than 0–1 need them, and they are then of those numbers.
 */
export interface DatasetParts
  extends Omit<Dataset, keyof Statistics | "resize" | "interpolation" | "train" | "test">,
    Partial<Statistics> {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Keeps only the first images of a split, for short runs; all of them where the split has fewer. */
export interface Limits {
  readonly trainLimit?: number | undefined;
  readonly testLimit?: number | undefined;
}

/**
 * Puts a dataset in memory together from its parts: checks that they agree and measures mean and std on the training
 * split. They are measured before the limits apply, so a short run sees the same inputs as a long one. Images are bytes
 * 0–255, or numbers 0–1 in a `Float32Array`, which give what bytes divided by 255 give; neither is copied. Of numbers,
 * the augmentations that follow PIL (`randomResizedCrop`, `randAugment`, `colorJitter`) are refused: they work on bytes.
 * @throws UserError when a split is empty, has other than one label per image, a label names no class, or a number is
 *   not finite or out of range.
 * @example
 * ```ts
 * import { defineDataset } from "senet";
 *
 * const dark = new Uint8Array(64).fill(40);
 * const bright = new Uint8Array(64).fill(200);
 * const images = { images: Uint8Array.of(...dark, ...bright), labels: Uint8Array.of(0, 1), length: 2 };
 * const dataset = defineDataset({
 *   name: "squares",
 *   classes: ["dark", "bright"],
 *   channels: 1,
 *   height: 8,
 *   width: 8,
 *   train: images,
 *   test: images,
 *   augment: { flip: true, pad: 0 },
 * });
 * console.log(dataset.mean, dataset.train.length); // [ 0.47058823529411764 ] 2
 * ```
 */
export function defineDataset(parts: DatasetParts, limits: Limits = {}): MemoryDataset {
  const given = givenStatistics(parts);
  checkSplit(`${parts.name} train`, parts.train, parts, given !== undefined);
  checkSplit(`${parts.name} test`, parts.test, parts, given !== undefined);
  const { channels, height, width } = parts;
  const like = { channels, height, width, ...(given ?? channelStatistics(parts.train.images, parts)) };
  return {
    ...parts,
    ...like,
    resize: resizedSize(like, 1),
    interpolation: "bilinear",
    train: memorySplit(take(parts.train, limits.trainLimit, "trainLimit"), like),
    test: memorySplit(take(parts.test, limits.testLimit, "testLimit"), like),
  };
}

/** Undefined where they are to be measured. @throws UserError for one without the other, or not one per channel. */
function givenStatistics({ name, channels, mean, std }: DatasetParts): Statistics | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (mean?.length === channels && std?.length === channels) return { mean, std };
  throw new UserError(
    `${name}: got ${mean?.length ?? 0} means and ${std?.length ?? 0} stds; expected ${channels} of each, or none`,
    { option: ["mean", "std"] },
  );
}

function checkSplit(
  source: string,
  set: ImageSet,
  { channels, height, width, classes }: Geometry & { classes: readonly string[] },
  anyRange: boolean,
): void {
  if (set.length === 0) throw new UserError(`${source}: got no images; expected at least one`);
  if (set.labels.length !== set.length) {
    throw new UserError(`${source}: got ${set.length} images but ${set.labels.length} labels; expected one label each`);
  }
  const size = channels * height * width;
  const { images, length } = set;
  if (images.length !== length * size) {
    const unit = images instanceof Uint8Array ? "bytes" : "numbers";
    throw new UserError(
      `${source}: got ${images.length} ${unit}; expected ${length * size}, ${length} images of [${channels}, ${height}, ${width}]`,
    );
  }
  if (images instanceof Float32Array) checkNumbers(images, size, source, anyRange);
  checkLabels(set.labels, classes, source);
}

/** The first `limit` images, copied so that the rest can be freed. */
function take(set: ImageSet, limit: number | undefined, name: string): ImageSet {
  if (limit === undefined) return set;
  if (!Number.isInteger(limit) || limit < 1) {
    throw valueError("openDataset", name, limit, "a whole number of images from 1");
  }
  if (limit >= set.length) return set;
  const size = set.images.length / set.length;
  return { images: set.images.slice(0, limit * size), labels: set.labels.slice(0, limit), length: limit };
}
