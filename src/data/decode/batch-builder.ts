import { UserError } from "../../errors.js";
import type { Batch } from "../batch.js";
import { type ImageList, refName } from "../image-list.js";
import type { Geometry } from "../image-set.js";
import type { Preprocessing } from "../preprocessing.js";
import { type BatchOptions, positionsOf } from "../split.js";
import { viewCount } from "../views.js";
import type { BufferStore } from "./buffer-store.js";
import type { DecodePool } from "./decode-pool.js";
import type { Pass } from "./decode-protocol.js";

/** Images that a thread decodes into one buffer, whose content is then copied to its batch. */
const imagesPerTask = 8;

/** How image files become the network's input. */
export interface FileSplitOptions {
  readonly like: Geometry & Preprocessing;
  /** Whether an image that cannot be read ends the pass, or is left out. */
  readonly onBadImage: "fail" | "skip";
  /** What changes where the content of the files does, as text. */
  readonly contents: (list: ImageList) => Promise<string>;
}

/** What a pass works with. */
export interface Source {
  readonly list: ImageList;
  readonly pool: DecodePool;
  readonly buffers: BufferStore;
  readonly reportBad: (index: number, problem: string) => void;
  readonly options: FileSplitOptions;
}

/** Where an image goes in its batch, and where it stands in the pass's order. */
interface Seat {
  readonly slot: number;
  readonly position: number;
}

/** A batch whose images are under way. */
export class BatchBuilder {
  readonly finished: Promise<{ batch: Batch; b: number }>;
  readonly #source: Source;
  readonly #pass: Pass;
  readonly #order: Uint32Array;
  readonly #batch: Batch;
  /** Where its images stand in the order. */
  readonly #positions: readonly number[];
  #cancelled = false;

  constructor(source: Source, given: BatchOptions, order: Uint32Array<ArrayBuffer>, b: number) {
    const { like } = source.options;
    const { seed = 0, epoch = 0, augment, views, statistics = like } = given;
    const { channels, height, width } = like;
    const preprocessing = { ...like, mean: statistics.mean, std: statistics.std };
    this.#pass = { preprocessing, seed, epoch, augment, views };
    this.#source = source;
    this.#order = order;
    this.#positions = positionsOf(order.length, b, given);
    const size = this.#positions.length;
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
      tasks.push(this.#decode(slots.map((place) => ({ slot: place, position: this.#positions[place]! }))));
    }
    await Promise.all(tasks);
  }

  /**
   * Decodes the images at some positions of the order into their slots, or what stands in for them: the first one after
   * them that can be read (the first ones come after the last). Nothing is remembered of the bad ones, so that a pass
   * never depends on those before.
   */
  async #decode(wanted: readonly Seat[], tried = 1): Promise<void> {
    const { list, pool, buffers, reportBad } = this.#source;
    const length = this.#batch.x.length / this.#batch.size;
    const images = wanted.map(({ slot, position }) => ({ slot, position, index: this.#order[position]! }));
    // A buffer is taken only when a thread is free for it.
    const answer = await pool.run(() => {
      if (this.#cancelled) return undefined;
      const buffer = buffers.take(images.length * length * 4);
      return { pass: this.#pass, buffer, images: images.map(({ index }) => ({ ref: list.ref(index), index })) };
    });
    if (answer === undefined) return;
    const { buffer, problems } = answer;
    const pixels = new Float32Array(buffer);
    const again: Seat[] = [];
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

function noneReadable(list: ImageList, problem: string): UserError {
  return new UserError(
    `${refName(list.ref(0))}: got ${list.length} images of which none can be read (${problem.trim().split("\n")[0]}); ` +
      "expected at least one; are these images?",
  );
}
