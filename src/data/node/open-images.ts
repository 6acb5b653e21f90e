import { basename } from "node:path";
import { checkBound } from "../../bounds.js";
import { checkFits, workerBound } from "../../files/node/machine.js";
import type { Notice } from "../../notice.js";
import { defaultCrop } from "../augment/augmentation.js";
import type { Dataset, Limits } from "../dataset.js";
import { type FileSplit, fileSplit } from "../decode/file-split.js";
import { type ImageLists, thinOut } from "../image-list.js";
import { checkPreprocessing } from "../preprocessing.js";
import { type InputOptions, preprocessingOf } from "../preprocessing-of.js";
import { clippedImages } from "./decode/clipped-images.js";
import { contentsOf } from "./decode/contents-of.js";
import { nodeDecodePool } from "./decode/node-decode-pool.js";
import { type ListOptions, listClassFolders } from "./list/list-class-folders.js";
import { listCsv } from "./list/list-csv.js";
import { listImageNet } from "./list/list-imagenet.js";
import { listShards } from "./list/list-shards.js";

/** How image files of any size become a dataset. What is given for other kinds of datasets has no effect on them. */
export interface ImageOptions extends ListOptions, InputOptions {
  /** What an image that cannot be read does: end the run (by default), or give its place to the next one. */
  readonly onBadImage?: "fail" | "skip" | undefined;
  /** Threads that decode (one per core by default, at most eight). */
  readonly workers?: number | undefined;
}

/** A dataset of image files. */
export interface ImageDataset extends Dataset {
  readonly train: FileSplit;
  readonly test: FileSplit;
  /** Ends the threads that decode. They do not keep a process alive, so a program that ends need not call this. */
  close(): Promise<void>;
}

/** Opens images in folders named after their classes; see {@link listClassFolders}. */
export async function openFolder(path: string, options: ImageOptions & Limits): Promise<ImageDataset> {
  return imageDataset(basename(path), await listClassFolders(path, options), options);
}

/** Opens ImageNet or a part of it; see {@link listImageNet}. */
export async function openImageNet(path: string, options: ImageOptions & Limits): Promise<ImageDataset> {
  return imageDataset(basename(path), await listImageNet(path, options), options);
}

/** Opens the images that a table names; see {@link listCsv}. */
export async function openCsv(path: string, options: ImageOptions & Limits): Promise<ImageDataset> {
  return imageDataset(basename(path), await listCsv(path, options), options);
}

/** Opens the images in tar shards; see {@link listShards}. */
export async function openShards(pattern: string, options: ImageOptions & Limits): Promise<ImageDataset> {
  return imageDataset(basename(pattern.split(",")[0]!), await listShards(pattern, options), options);
}

async function imageDataset(name: string, lists: ImageLists, options: ImageOptions & Limits): Promise<ImageDataset> {
  const { onBadImage = "fail", workers, preprocessing = preprocessingOf(options) } = options;
  if (workers !== undefined) checkBound("openDataset", "workers", workers, workerBound());
  checkPreprocessing(preprocessing);
  const like = { ...preprocessing, channels: preprocessing.mean.length };
  checkFits(4 * like.channels * like.height * like.width, () => `images of ${like.height}x${like.width}`, ["size"]);
  const pool = nodeDecodePool(workers);
  const how = { like, onBadImage, contents: contentsOf };
  const clipped = await clippedImages(lists.train.length > 0 ? lists.train : lists.test);
  return {
    name,
    classes: lists.classes,
    ...like,
    train: fileSplit(thinOut(lists.train, options.trainLimit, "trainLimit"), pool, how),
    test: { ...fileSplit(thinOut(lists.test, options.testLimit, "testLimit"), pool, how), heldOut: lists.heldOut },
    augment: { flip: true, pad: 0, randomResizedCrop: defaultCrop },
    notices: [...(lists.notices ?? []), ...noticesOf(name, lists), ...clipped],
    close: () => pool.close(),
  };
}

/** What is strange about the classes of some lists. */
function noticesOf(source: string, { classes, train, test }: ImageLists): Notice[] {
  if (classes.length === 1) return [{ kind: "single-class", source, name: classes[0]! }];
  if (train.length === 0 || test.length === 0) return [];
  const [learnt, tested] = [new Set(train.labels), new Set(test.labels)];
  const only = (some: ReadonlySet<number>, others: ReadonlySet<number>) =>
    classes.filter((_, c) => some.has(c) && !others.has(c));
  const [untested, unlearnt] = [only(learnt, tested), only(tested, learnt)];
  return [
    ...(untested.length > 0 ? [{ kind: "one-sided-classes", without: "test", classes: untested } as const] : []),
    ...(unlearnt.length > 0 ? [{ kind: "one-sided-classes", without: "training", classes: unlearnt } as const] : []),
  ];
}
