import { UserError } from "../../errors.js";
import { defaultCrop } from "../augment/augmentation.js";
import type { Dataset } from "../dataset.js";
import { type FileSplit, fileSplit } from "../decode/file-split.js";
import { halfOf } from "../halves.js";
import { divide, type HoldoutOptions, type ImageList, type ImageLists, labelNames } from "../image-list.js";
import { checkPreprocessing } from "../preprocessing.js";
import { type InputOptions, preprocessingOf } from "../preprocessing-of.js";
import { relativeNames } from "../relative-names.js";
import { pageContents } from "./page-contents.js";
import { pageDecodePool } from "./page-decode-pool.js";
import type { PageImage } from "./page-image.js";

/** How photos of a page become a dataset. */
export interface PhotoDatasetOptions extends InputOptions, HoldoutOptions {
  /** What the dataset is called (`photos` by default); a run that goes on needs the same name. */
  readonly name?: string | undefined;
  /** The names of the classes in the order of a model's logits; by default those found, sorted. */
  readonly classes?: readonly string[] | undefined;
  /** What an image that cannot be read does: end the run (by default), or give its place to the next one. */
  readonly onBadImage?: "fail" | "skip" | undefined;
  /** Workers that decode; one fewer than there are cores by default, at most four. */
  readonly workers?: number | undefined;
}

/** A dataset of photos in a page. */
export interface PhotoDataset extends Dataset {
  readonly train: FileSplit;
  readonly test: FileSplit;
  /** Ends the workers that decode. */
  close(): Promise<void>;
}

/**
 * Photos of a page as a dataset: their folders are their classes. Where the first folders are called train and val (or
 * valid, validation, test, testing), those are its halves; elsewhere a part of each class is held out. They are decoded in
 * workers while a network learns, and treated as Node treats them: resized, cut, varied and normalised to the byte as
 * PIL and timm do. Only the JPEG decoder is the browser's own.
 * @throws UserError when there are no photos, or a class has none to learn from.
 * @example
 * ```ts
 * import { createModel, defaultRecipe, train } from "senet";
 * import { openPhotoStore, photoDataset, webRuntime } from "senet/web";
 *
 * const store = await openPhotoStore("bees");
 * const dataset = await photoDataset(store.images(), { size: 64 });
 * const runtime = await webRuntime();
 * const graph = createModel("seresnet20", { classes: dataset.classes.length, input: [3, 64, 64] });
 * const recipe = { ...defaultRecipe, epochs: 5, batch: 16, augment: dataset.augment };
 * const { epochs } = await train({ runtime, graph, dataset, recipe, seed: 1 });
 * await Promise.all([runtime.close(), dataset.close()]);
 * console.log(epochs.at(-1)?.testTop1);
 * ```
 */
export async function photoDataset(
  images: AsyncIterable<PageImage> | Iterable<PageImage>,
  options: PhotoDatasetOptions = {},
): Promise<PhotoDataset> {
  const { name = "photos", onBadImage = "fail", workers } = options;
  const all: PageImage[] = [];
  for await (const image of images) all.push(image);
  if (all.length === 0) throw new UserError(`${name}: got no photos; expected some, in one folder per class`);
  const lists = listsOf(all, name, options);
  const preprocessing = options.preprocessing ?? preprocessingOf(options);
  checkPreprocessing(preprocessing);
  const like = { ...preprocessing, channels: preprocessing.mean.length };
  const pool = pageDecodePool(workers);
  const how = { like, onBadImage, contents: pageContents };
  return {
    name,
    classes: lists.classes,
    ...like,
    train: fileSplit(lists.train, pool, how),
    test: { ...fileSplit(lists.test, pool, how), heldOut: lists.heldOut },
    augment: { flip: true, pad: 0, randomResizedCrop: defaultCrop },
    close: () => pool.close(),
  };
}

/** The halves of some photos, sorted by their paths. */
function listsOf(images: readonly PageImage[], source: string, options: PhotoDatasetOptions): ImageLists {
  const sorted = images.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const paths = relativeNames(sorted.length, (i) => sorted[i]!.path);
  const halves = paths.map((path) => halfOf(path.split("/")[0]!));
  const inHalves = halves.every((half) => half !== undefined) && new Set(halves).size === 2;
  const labelled = paths.map((path) => path.split("/").at(inHalves ? 1 : 0)!);
  const loose = paths.find((path) => path.split("/").length < (inHalves ? 3 : 2));
  if (loose !== undefined) {
    const folders = new Set(sorted.map(({ path }) => path.split("/").slice(0, -1).join("/")));
    const [only] = folders;
    throw new UserError(
      folders.size === 1 && only
        ? `${source}: got photos of one class, ${only}; expected at least two classes to tell apart`
        : `${source}: got ${loose} outside of a folder; expected one folder per class, with its photos inside`,
    );
  }
  const { classes, labels } = labelNames(labelled, options.classes, source);
  const list = (wanted: (i: number) => boolean): ImageList => {
    const places = sorted.flatMap((_, i) => (wanted(i) ? [i] : []));
    return {
      length: places.length,
      labels: Int32Array.from(places, (i) => labels[i]!),
      ref: (n) => sorted[places[n]!]!,
    };
  };
  if (!inHalves)
    return divide(
      list(() => true),
      classes,
      options,
      source,
    );
  return { classes, train: list((i) => halves[i] === "train"), test: list((i) => halves[i] === "test") };
}
