import { UserError } from "../../errors.js";
import type { Interpolation } from "../augment/affine.js";
import { mixed } from "../augment/mix.js";
import type { Geometry, Statistics } from "../dataset.js";
import { type ImageList, refName } from "../image-list.js";
import { type Batch, type BatchOptions, checkBatchOptions, countBatches, type Split, visitingOrder } from "../split.js";
import type { DecodePool } from "./decode-pool.js";
import type { Pass } from "./decode-protocol.js";

/** Batches that are prepared while one is worked on. */
const ahead = 2;

/** Images that a thread decodes into one shared buffer, whose content is then copied to its batch. */
const imagesPerTask = 8;

/** How image files become the network's input. */
export interface FileSplitOptions {
  readonly like: Geometry & Statistics;
  readonly cropPct: number;
  readonly interpolation: Interpolation;
  /** Whether an image that cannot be read ends the pass, or is left out. */
  readonly onBadImage: "fail" | "skip";
}

/** A split of image files. */
export interface FileSplit extends Split {
  /** The images that could not be read so far, with the reason; only grows where they are skipped. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * A split whose images are decoded by a pool of threads while the batches before are worked on.
 *
 * Where bad images are skipped, the next one in the pass's order takes the place of each: so every batch keeps its size,
 * and what is in it depends on the options alone and not on what was read before. `indices` tells.
 */
export function fileSplit(list: ImageList, pool: DecodePool, options: FileSplitOptions): FileSplit {
  const bad = new Map<number, string>();
  const skipped = new Map<string, string>();
  const buffers = new BufferStore();
  return {
    length: list.length,
    labels: list.labels,
    skipped,
    batches(given) {
      checkBatchOptions(list.length, given);
      const reportBad = (index: number, problem: string) => {
        const name = refName(list.ref(index));
        if (options.onBadImage === "fail") throw badImage(name, problem);
        bad.set(index, problem);
        skipped.set(name, problem);
      };
      return pass({ list, pool, buffers, bad, reportBad, options }, given);
    },
  };
}

function badImage(name: string, problem: string): UserError {
  return new UserError(
    `${name}: got no image that can be read (${problem.trim().split("\n")[0]}); expected a whole JPEG, PNG, WebP, AVIF ` +
      "or GIF; replace or remove it, or leave such images out with --on-bad-image skip",
  );
}

/** What a pass works with. */
interface Source {
  readonly list: ImageList;
  readonly pool: DecodePool;
  readonly buffers: BufferStore;
  /** Images known to be bad. */
  readonly bad: ReadonlyMap<number, string>;
  readonly reportBad: (index: number, problem: string) => void;
  readonly options: FileSplitOptions;
}

async function* pass(source: Source, given: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { list, options } = source;
  const total = countBatches(list.length, given);
  const order = visitingOrder(list.length, given);
  const building: BatchBuilder[] = [];
  let next = given.start ?? 0;
  const startAhead = (count: number) => {
    while (building.length < count && next < total) building.push(new BatchBuilder(source, given, order, next++));
  };
  try {
    while (true) {
      startAhead(ahead);
      const builder = building.shift();
      if (builder === undefined) return;
      startAhead(ahead); // the threads are busy while this one is awaited, and while it is worked on
      const { batch, b } = await builder.finished.finally(() => builder.cancel());
      yield mixed(batch, b, options.like, given);
    }
  } finally {
    for (const builder of building) builder.cancel();
  }
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
    const { like, cropPct, interpolation } = source.options;
    const { seed = 0, epoch = 0, augment, statistics = like } = given;
    const { channels, height, width } = like;
    const { mean, std } = statistics;
    this.#pass = {
      geometry: { channels, height, width },
      statistics: { mean, std },
      seed,
      epoch,
      augment,
      cropPct,
      interpolation,
    };
    this.#source = source;
    this.#order = order;
    this.#first = b * given.batch;
    const size = Math.min(given.batch, order.length - this.#first);
    this.#batch = {
      x: new Float32Array(size * channels * height * width),
      y: new BigInt64Array(size),
      indices: new Uint32Array(size),
      size,
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
    for (let slot = 0; slot < size; slot += imagesPerTask) {
      const slots = Array.from({ length: Math.min(imagesPerTask, size - slot) }, (_, i) => slot + i);
      tasks.push(this.#decode(slots.map((place) => ({ slot: place, position: this.#first + place }))));
    }
    await Promise.all(tasks);
  }

  /** Decodes the images at some positions of the order, or what stands in for them, into their slots. */
  async #decode(wanted: readonly { slot: number; position: number }[]): Promise<void> {
    const { list, pool, buffers, reportBad } = this.#source;
    const length = this.#batch.x.length / this.#batch.size;
    let images: { slot: number; position: number; index: number }[] = [];
    let buffer = new SharedArrayBuffer(0);
    // Only when a thread is free is a buffer taken, and known which images are bad.
    const problems = await pool.run(() => {
      if (this.#cancelled) return undefined;
      images = wanted.map(({ slot, position }) => ({ slot, ...this.#readable(position) }));
      buffer = buffers.take(images.length * length * 4);
      return { pass: this.#pass, buffer, images: images.map(({ index }) => ({ ref: list.ref(index), index })) };
    });
    if (problems === undefined) return;
    const pixels = new Float32Array(buffer);
    const again: { slot: number; position: number }[] = [];
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
        again.push({ slot, position });
      } catch (error) {
        failure ??= error;
      }
    }
    buffers.give(buffer);
    if (failure !== undefined) throw failure;
    if (again.length > 0) await this.#decode(again);
  }

  /** The image at a position of the order, or the first one after it (the first ones come after the last) not known to be bad. */
  #readable(position: number): { position: number; index: number } {
    const { bad, list } = this.#source;
    for (let i = 0; i < this.#order.length; i++) {
      const place = (position + i) % this.#order.length;
      const index = this.#order[place]!;
      if (!bad.has(index)) return { position: place, index };
    }
    throw new UserError(
      `${refName(list.ref(0))}: got ${list.length} images of which none can be read (${[...bad.values()][0]}); ` +
        "expected at least one; are these images?",
    );
  }
}

/** Shared buffers that are used again, so that decoding allocates nothing new. */
class BufferStore {
  readonly #free = new Map<number, SharedArrayBuffer[]>();

  take(bytes: number): SharedArrayBuffer {
    return this.#free.get(bytes)?.pop() ?? new SharedArrayBuffer(bytes);
  }

  give(buffer: SharedArrayBuffer): void {
    const kept = this.#free.get(buffer.byteLength) ?? [];
    kept.push(buffer);
    this.#free.set(buffer.byteLength, kept);
  }
}
