import { UserError } from "../../errors.js";
import { mixed } from "../augment/mix.js";
import { extentOf, formatSize } from "../centre-crop.js";
import type { Geometry } from "../dataset.js";
import { type ImageList, refName } from "../image-list.js";
import type { Preprocessing } from "../preprocessing.js";
import { type Batch, type BatchOptions, checkBatchOptions, countBatches, type Split, visitingOrder } from "../split.js";
import { viewCount } from "../views.js";
import { BufferStore } from "./buffer-store.js";
import type { DecodePool } from "./decode-pool.js";
import type { Pass } from "./decode-protocol.js";

/** Batches that are prepared while one is worked on: two, or one where they are large (bytes). */
const ahead = (batchBytes: number) => (batchBytes > 64e6 ? 1 : 2);

/** Images that a thread decodes into one shared buffer, whose content is then copied to its batch. */
const imagesPerTask = 8;

/** How image files become the network's input. */
export interface FileSplitOptions {
  readonly like: Geometry & Preprocessing;
  /** Whether an image that cannot be read ends the pass, or is left out. */
  readonly onBadImage: "fail" | "skip";
}

/** A split of image files. */
export interface FileSplit extends Split {
  readonly list: ImageList;
  /** The images that could not be read so far, with the reason; only grows where they are skipped. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** Whether the images of a split are files. */
export function isFileSplit(split: Split): split is FileSplit {
  return "list" in split;
}

/**
 * A split whose images are decoded by a pool of threads while the batches before are worked on.
 *
 * Where bad images are skipped, the next one in the pass's order takes the place of each: so every batch keeps its size,
 * and what is in it depends on the options alone and not on what was read before. `indices` tells.
 */
export function fileSplit(list: ImageList, pool: DecodePool, options: FileSplitOptions): FileSplit {
  const skipped = new Map<string, string>();
  const buffers = new BufferStore();
  return {
    length: list.length,
    labels: list.labels,
    list,
    skipped,
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
  };
}

/** @throws UserError where the corners of a resized photo would lie outside it. */
function checkViews({ views }: BatchOptions, { height, width, resize, cropMode }: Preprocessing): void {
  if (views !== "ten-crop") return;
  if (cropMode === "border") {
    throw new UserError("batches: got views ten-crop of photos with a border; expected flip, or crop mode center");
  }
  const resized = extentOf(resize);
  if (resized.height >= height && resized.width >= width) return;
  throw new UserError(
    `batches: got views ten-crop of photos resized to ${formatSize(resize)} for an input of ${height}x${width}; ` +
      "expected flip, or photos resized to that or more",
  );
}

function badImage(name: string, problem: string): UserError {
  return new UserError(
    `${name}: got no image that can be read (${problem.trim().split("\n")[0]}); expected a whole JPEG, PNG, WebP, AVIF ` +
      "or GIF; replace or remove it, or leave such images out with --on-bad-image skip",
  );
}

function noneReadable(list: ImageList, problem: string): UserError {
  return new UserError(
    `${refName(list.ref(0))}: got ${list.length} images of which none can be read (${problem.trim().split("\n")[0]}); ` +
      "expected at least one; are these images?",
  );
}

/** What a pass works with. */
interface Source {
  readonly list: ImageList;
  readonly pool: DecodePool;
  readonly buffers: BufferStore;
  readonly reportBad: (index: number, problem: string) => void;
  readonly options: FileSplitOptions;
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
    while (building.length < count && next < total) building.push(new BatchBuilder(source, given, order, next++));
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

/** Where an image goes in its batch, and where it stands in the pass's order. */
interface Place {
  readonly slot: number;
  readonly position: number;
}

/** A batch whose images are under way. */
class BatchBuilder {
  readonly finished: Promise<{ batch: Batch; b: number }>;
  readonly #source: Source;
  readonly #pass: Pass;
  readonly #order: Uint32Array;
  readonly #batch: Batch;
  readonly #first: number;
  #cancelled = false;

  constructor(source: Source, given: BatchOptions, order: Uint32Array<ArrayBuffer>, b: number) {
    const { like } = source.options;
    const { seed = 0, epoch = 0, augment, views, statistics = like } = given;
    const { channels, height, width } = like;
    const preprocessing = { ...like, mean: statistics.mean, std: statistics.std };
    this.#pass = { preprocessing, seed, epoch, augment, views };
    this.#source = source;
    this.#order = order;
    this.#first = b * given.batch;
    const size = Math.min(given.batch, order.length - this.#first);
    this.#batch = {
      x: new Float32Array(size * viewCount(views) * channels * height * width),
      y: new BigInt64Array(size),
      indices: new Uint32Array(size),
      size,
      ...(views && { views: viewCount(views) }),
    };
    this.finished = this.#fill(size).then(() => ({ batch: this.#batch, b }));
    this.finished.catch(() => {}); // whoever awaits it hears of it; a pass that ended early does not
  }

  /** Lets the tasks that have not started go undone. */
  cancel(): void {
    this.#cancelled = true;
  }

  async #fill(size: number): Promise<void> {
    const tasks: Promise<void>[] = [];
    const perTask = Math.ceil(imagesPerTask / viewCount(this.#pass.views));
    for (let slot = 0; slot < size; slot += perTask) {
      const slots = Array.from({ length: Math.min(perTask, size - slot) }, (_, i) => slot + i);
      tasks.push(this.#decode(slots.map((place) => ({ slot: place, position: this.#first + place }))));
    }
    await Promise.all(tasks);
  }

  /**
   * Decodes the images at some positions of the order into their slots, or what stands in for them: the first one after
   * them that can be read (the first ones come after the last). Nothing is remembered of the bad ones, so that a pass
   * never depends on those before.
   */
  async #decode(wanted: readonly Place[], tried = 1): Promise<void> {
    const { list, pool, buffers, reportBad } = this.#source;
    const length = this.#batch.x.length / this.#batch.size;
    const images = wanted.map(({ slot, position }) => ({ slot, position, index: this.#order[position]! }));
    let buffer = new SharedArrayBuffer(0);
    // A buffer is taken only when a thread is free for it.
    const problems = await pool.run(() => {
      if (this.#cancelled) return undefined;
      buffer = buffers.take(images.length * length * 4);
      return { pass: this.#pass, buffer, images: images.map(({ index }) => ({ ref: list.ref(index), index })) };
    });
    if (problems === undefined) return;
    const pixels = new Float32Array(buffer);
    const again: Place[] = [];
    let failure: unknown;
    for (const [i, { slot, position, index }] of images.entries()) {
      const problem = problems[i];
      if (problem === undefined) {
        this.#batch.x.set(pixels.subarray(i * length, (i + 1) * length), slot * length);
        this.#batch.y[slot] = BigInt(list.labels[index]!);
        this.#batch.indices[slot] = index;
        continue;
      }
      try {
        reportBad(index, problem);
        if (tried === list.length) throw noneReadable(list, problem);
        again.push({ slot, position: (position + 1) % list.length });
      } catch (error) {
        failure ??= error;
      }
    }
    buffers.give(buffer);
    if (failure !== undefined) throw failure;
    if (again.length > 0) await this.#decode(again, tried + 1);
  }
}
