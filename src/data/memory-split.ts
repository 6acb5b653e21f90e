import { optionError, UserError } from "../errors.js";
import { Random } from "../random.js";
import { type Augmentation, partsOnBytes } from "./augment/augmentation.js";
import { mixed } from "./augment/mix.js";
import type { Pixels } from "./augment/pixels.js";
import { eraseRandomly } from "./augment/random-erasing.js";
import { resize } from "./augment/resize.js";
import { vary, writePixels } from "./augment/vary.js";
import { randomWindow } from "./augment/window.js";
import { drawVariation, imageWriter, normalisationTable, unchanged } from "./augment/write-image.js";
import type { Batch } from "./batch.js";
import type { Geometry, ImageSet, Statistics } from "./image-set.js";
import { prefetch } from "./prefetch.js";
import { type BatchOptions, checkBatchOptions, countBatches, positionsOf, type Split, visitingOrder } from "./split.js";
import { viewCount } from "./views.js";

/** A split whose images are in memory. */
export interface MemorySplit extends ImageSet, Split {
  readonly labels: ImageSet["labels"];
  readonly length: number;
  part(indices: Uint32Array<ArrayBuffer>): MemorySplit;
}

/** Whether the images of a split are in memory. */
export function isMemorySplit(split: Split): split is MemorySplit {
  return "images" in split;
}

/**
 * A split of images in memory; `like` gives their size and, unless a pass says otherwise, mean and std.
 * @example
 * ```ts
 * import { memorySplit } from "senet/data";
 *
 * const like = { channels: 1, height: 1, width: 2, mean: [0], std: [1] };
 * const split = memorySplit({ images: Uint8Array.of(0, 255, 255, 0), labels: Uint8Array.of(0, 1), length: 2 }, like);
 * for await (const { x, size } of split.batches({ batch: 2 })) console.log([...x], size); // [ 0, 1, 1, 0 ] 2
 * ```
 */
export function memorySplit(set: ImageSet, like: Geometry & Statistics): MemorySplit {
  const { images, labels, length } = set;
  return {
    images,
    labels,
    length,
    batches(options) {
      checkBatchOptions(length, options); // here, so that a mistake shows at the call and not at the first batch
      if (options.views === "ten-crop") {
        throw optionError(
          "views",
          `got ten-crop of images of ${like.height}x${like.width}, which the network sees as a whole; ` +
            "expected flip, or image files larger than its input",
        );
      }
      if (!(images instanceof Uint8Array)) refuseOnNumbers(options.augment);
      return prefetch(batchesOf(set, like, options));
    },
    part(indices) {
      const size = images.length / length;
      const chosen =
        images instanceof Uint8Array ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size);
      indices.forEach((index, slot) => {
        chosen.set(images.subarray(index * size, (index + 1) * size), slot * size);
      });
      const part = {
        images: chosen,
        labels: Int32Array.from(indices, (index) => labels[index]!),
        length: indices.length,
      };
      return memorySplit(part, like);
    },
  };
}

/** One pass over images in memory, each batch built when it is asked for. */
export function* batchesOf(
  set: ImageSet,
  like: Geometry & Statistics,
  options: BatchOptions,
): Generator<Batch, void, undefined> {
  const { seed = 0, epoch = 0, augment, start = 0, every = 1, statistics = like, views } = options;
  const seen = viewCount(views);
  const order = visitingOrder(set.length, options);
  const write = imageWriter(set.images, like, statistics);
  const bytes = set.images instanceof Uint8Array ? set.images : undefined;
  const table = normalisationTable(statistics);
  const size = like.channels * like.height * like.width;
  for (let b = start; b < countBatches(set.length, options); b += every) {
    const indices = Uint32Array.from(positionsOf(set.length, b, options), (position) => order[position]!);
    const x = new Float32Array(indices.length * seen * size);
    const y = BigInt64Array.from(indices, (index) => BigInt(set.labels[index]!));
    indices.forEach((index, slot) => {
      if (views !== undefined) {
        write(x, 2 * slot, index);
        write(x, 2 * slot + 1, index, { ...unchanged, mirror: true });
        return;
      }
      if (augment === undefined) {
        write(x, slot, index);
        return;
      }
      const random = new Random(seed, "augment", epoch, index);
      const target = x.subarray(slot * size, (slot + 1) * size);
      if (bytes !== undefined && partsOnBytes(augment).length > 0) {
        writePixels(target, variedImage(bytes, index, like, random, augment, statistics.mean), table);
      } else {
        write(x, slot, index, drawVariation(random, augment));
      }
      if (augment.randomErasing) eraseRandomly(target, like, random, augment.randomErasing);
    });
    yield mixed({ x, y, indices, size: indices.length, ...(views && { views: seen }) }, b, like, options);
  }
}

/** @throws UserError for the first part of an augmentation that needs bytes. */
function refuseOnNumbers(augment: Augmentation | undefined): void {
  const [part] = augment ? partsOnBytes(augment) : [];
  if (part === undefined) return;
  throw new UserError(
    `batches: got augment.${part} for images that are numbers; expected bytes for it, or none of it`,
    {
      option: part,
    },
  );
}

function variedImage(
  images: Uint8Array,
  index: number,
  geometry: Geometry,
  random: Random,
  augment: Augmentation,
  mean: readonly number[],
): Pixels {
  let image = pixelsOf(images, index, geometry);
  if (augment.randomResizedCrop) {
    const window = randomWindow(geometry, random, augment.randomResizedCrop);
    image = resize(image, geometry.width, geometry.height, window.interpolation, { box: window });
  }
  return vary(image, random, augment, mean);
}

/** One image with the channels of a pixel side by side. */
function pixelsOf(images: Uint8Array, index: number, { channels, height, width }: Geometry): Pixels {
  const plane = height * width;
  const data = new Uint8Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    const from = (index * channels + c) * plane;
    for (let i = 0; i < plane; i++) data[i * channels + c] = images[from + i]!;
  }
  return { data, height, width, channels };
}
