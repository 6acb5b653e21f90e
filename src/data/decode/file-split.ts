import { optionError, UserError } from "../../errors.js";
import { mixed } from "../augment/mix.js";
import type { Batch } from "../batch.js";
import { formatsInWords } from "../formats/image-format.js";
import { type ImageList, pick, refName } from "../image-list.js";
import { extentOf, formatSize } from "../image-size.js";
import type { Preprocessing } from "../preprocessing.js";
import { type BatchOptions, checkBatchOptions, countBatches, type Split, visitingOrder } from "../split.js";
import { viewCount } from "../views.js";
import { BatchBuilder, type FileSplitOptions, type Source } from "./batch-builder.js";
import { BufferStore } from "./buffer-store.js";
import type { DecodePool } from "./decode-pool.js";

/** Batches that are prepared while one is worked on: two, or one where they are large (bytes). */
const ahead = (batchBytes: number) => (batchBytes > 64e6 ? 1 : 2);

/** A split of image files. */
export interface FileSplit extends Split {
  readonly list: ImageList;
  nameOf(index: number): string;
  /** The images that could not be read so far, with the reason; only grows where they are skipped. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Whether its images were held out of the training images. */
  readonly heldOut?: boolean | undefined;
  part(indices: Uint32Array<ArrayBuffer>): FileSplit;
}

/** Whether the images of a split are files. */
export function isFileSplit(split: Split): split is FileSplit {
  return "list" in split;
}

/**
 * A split whose images are decoded by a pool of threads while the batches before are worked on.
 *
 * Where bad images are skipped, the next one in the pass's order takes the place of each: so every batch keeps its
 * size, and what is in it depends on the options alone and not on what was read before. `indices` tells.
 */
export function fileSplit(list: ImageList, pool: DecodePool, options: FileSplitOptions): FileSplit {
  const skipped = new Map<string, string>();
  const buffers = new BufferStore();
  let contents: Promise<string> | undefined;
  return {
    length: list.length,
    labels: list.labels,
    list,
    nameOf: (index) => refName(list.ref(index)),
    skipped,
    contents() {
      contents ??= options.contents(list);
      return contents;
    },
    batches(given) {
      checkBatchOptions(list.length, given);
      checkViews(given, options.like);
      const reportBad = (index: number, problem: string) => {
        const name = refName(list.ref(index));
        if (options.onBadImage === "fail") throw badImage(name, problem);
        skipped.set(name, problem);
      };
      return pass({ list, pool, buffers, reportBad, options }, given);
    },
    part: (indices) => fileSplit(pick(list, indices), pool, options),
  };
}

/** @throws UserError where the corners of a resized photo would lie outside it. */
function checkViews({ views }: BatchOptions, { height, width, resize, cropMode }: Preprocessing): void {
  if (views !== "ten-crop") return;
  if (cropMode === "border") {
    throw optionError("views", "got ten-crop of photos with a border; expected flip, or crop mode center");
  }
  const resized = extentOf(resize);
  if (resized.height >= height && resized.width >= width) return;
  throw optionError(
    "views",
    `got ten-crop of photos resized to ${formatSize(resize)} for an input of ${height}x${width}; ` +
      "expected flip, or photos resized to that or more",
  );
}

function badImage(name: string, problem: string): UserError {
  return new UserError(
    `${name}: got no image that can be read (${problem.trim().split("\n")[0]}); expected a whole ${formatsInWords}; ` +
      "replace or remove it, or skip such images",
    { option: "onBadImage" },
  );
}

async function* pass(source: Source, given: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { list, options } = source;
  const total = countBatches(list.length, given);
  const order = visitingOrder(list.length, given);
  const { channels, height, width } = options.like;
  const depth = ahead(given.batch * viewCount(given.views) * channels * height * width * 4);
  const building: BatchBuilder[] = [];
  let next = given.start ?? 0;
  const startAhead = (count: number) => {
    for (; building.length < count && next < total; next += given.every ?? 1) {
      building.push(new BatchBuilder(source, given, order, next));
    }
  };
  try {
    while (true) {
      startAhead(depth);
      const builder = building.shift();
      if (builder === undefined) return;
      startAhead(depth); // the threads are busy while this one is awaited, and while it is worked on
      const { batch, b } = await builder.finished.finally(() => builder.cancel());
      yield mixed(batch, b, options.like, given);
    }
  } finally {
    for (const builder of building) builder.cancel();
  }
}
