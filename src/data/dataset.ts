import { UserError, valueError } from "../errors.js";
import type { Augmentation } from "./augment/augmentation.js";
import { resizedSize } from "./centre-crop.js";
import { channelStatistics } from "./channel-statistics.js";
import { checkLabels, type Geometry, type ImageSet, type Statistics } from "./image-set.js";
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
  /** Ends the threads that decode, where images are files. They do not keep a process alive. */
  close?(): Promise<void>;
}

/** A dataset whose images are bytes in memory. */
export interface MemoryDataset extends Dataset {
  readonly train: MemorySplit;
  readonly test: MemorySplit;
}

/** What makes a dataset in memory: all but mean and std, which are measured. */
export interface DatasetParts extends Omit<Dataset, keyof Statistics | "resize" | "interpolation" | "train" | "test"> {
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
 * split. They are measured before the limits apply, so a short run sees the same inputs as a long one.
 * @throws UserError when a split is empty, has other than one label per image, or a label names no class.
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
  checkSplit(`${parts.name} train`, parts.train, parts);
  checkSplit(`${parts.name} test`, parts.test, parts);
  const { channels, height, width } = parts;
  const like = { channels, height, width, ...channelStatistics(parts.train.images, parts) };
  return {
    ...parts,
    ...like,
    resize: resizedSize(like, 1),
    interpolation: "bilinear",
    train: memorySplit(take(parts.train, limits.trainLimit, "trainLimit"), like),
    test: memorySplit(take(parts.test, limits.testLimit, "testLimit"), like),
  };
}

function checkSplit(
  source: string,
  set: ImageSet,
  { channels, height, width, classes }: Geometry & { classes: readonly string[] },
): void {
  if (set.length === 0) throw new UserError(`${source}: got no images; expected at least one`);
  if (set.labels.length !== set.length) {
    throw new UserError(`${source}: got ${set.length} images but ${set.labels.length} labels; expected one label each`);
  }
  const bytes = set.length * channels * height * width;
  if (set.images.length !== bytes) {
    throw new UserError(
      `${source}: got ${set.images.length} bytes; expected ${bytes}, ${set.length} images of [${channels}, ${height}, ${width}]`,
    );
  }
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
