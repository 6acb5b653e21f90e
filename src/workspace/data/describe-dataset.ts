import type { Extent } from "../../data/augment/window.js";
import type { Dataset } from "../../data/dataset.js";
import { isFileSplit } from "../../data/decode/file-split.js";
import { imageExtent } from "../../data/node/decode/decode.js";
import { readRef } from "../../data/node/decode/read-ref.js";
import type { Split } from "../../data/split.js";

/** What is in a dataset. */
export interface DatasetDescription {
  readonly name: string;
  readonly classes: readonly string[];
  /** [channels, height, width] of what a network gets. */
  readonly input: readonly [number, number, number];
  readonly train: SplitDescription;
  readonly test: SplitDescription;
  /** Of the pixels a network gets, scaled to 0–1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** How many images they were measured on. */
  readonly measured: number;
  /** The least, the median and the greatest extents of those images upright; of files only. */
  readonly width?: Spread;
  readonly height?: Spread;
}

/** The least, the median and the greatest of some numbers. */
export type Spread = readonly [least: number, median: number, greatest: number];

/** How many images there are in all and of each class, in their order. */
export interface SplitDescription {
  readonly images: number;
  readonly perClass: readonly number[];
}

/**
 * Counts and measures a dataset. @param sample the same one with the images to measure, where they are files.
 * @example
 * ```ts
 * import { describeDataset, openDataset } from "senet/node";
 *
 * const dataset = await openDataset("glyphs");
 * const { input, train } = await describeDataset(dataset, dataset);
 * console.log(input, train.images, train.perClass[0]); // [ 3, 32, 32 ] 8424 324
 * ```
 */
export async function describeDataset(dataset: Dataset, sample: Dataset): Promise<DatasetDescription> {
  const { name, classes, channels, height, width, train, test } = dataset;
  const common = {
    name,
    classes,
    input: [channels, height, width] as const,
    train: describeSplit(train, classes.length),
    test: describeSplit(test, classes.length),
  };
  const split = sample.train.length > 0 ? sample.train : sample.test;
  if (!isFileSplit(split)) return { ...common, mean: dataset.mean, std: dataset.std, measured: train.length };
  return { ...common, ...(await measurePixels(split, channels)), measured: split.length, ...(await extents(split)) };
}

function describeSplit({ length, labels }: Split, classes: number): SplitDescription {
  const perClass = new Array<number>(classes).fill(0);
  for (let i = 0; i < length; i++) perClass[labels[i]!]!++;
  return { images: length, perClass };
}

/** Mean and standard deviation of each channel over all pixels. */
async function measurePixels(split: Split, channels: number): Promise<{ mean: number[]; std: number[] }> {
  const zeros = new Array<number>(channels).fill(0);
  const sums = [...zeros];
  const squares = [...zeros];
  let pixels = 0;
  for await (const { x, size: images } of split.batches({
    batch: 32,
    statistics: { mean: zeros, std: zeros.map(() => 1) },
  })) {
    pixels += x.length / channels;
    const plane = x.length / channels / images;
    for (let i = 0; i < x.length; i++) {
      const channel = Math.floor(i / plane) % channels;
      sums[channel]! += x[i]!;
      squares[channel]! += x[i]! ** 2;
    }
  }
  const mean = sums.map((sum) => sum / pixels);
  return { mean, std: squares.map((sum, c) => Math.sqrt(Math.max(0, sum / pixels - mean[c]! ** 2))) };
}

/** How large the images are, by their headers; nothing for images in archives. */
async function extents(split: Split): Promise<{ width?: Spread; height?: Spread }> {
  if (!isFileSplit(split)) return {};
  const refs = Array.from({ length: split.length }, (_, i) => split.list.ref(i)).filter(
    ({ path, part }) => part === undefined && !split.skipped.has(path),
  );
  if (refs.length === 0) return {};
  const found: Extent[] = [];
  for (const ref of refs) found.push(await imageExtent(await readRef(ref)));
  return { width: spread(found.map(({ width }) => width)), height: spread(found.map(({ height }) => height)) };
}

/** The least, the median and the greatest of at least one number. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
}
