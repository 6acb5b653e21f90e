import type { ImageRef } from "../image-list.js";
import type { Preprocessing } from "../preprocessing.js";
import { BufferStore } from "./buffer-store.js";
import type { DecodePool } from "./decode-pool.js";
import type { DecodeAnswer, Pass } from "./decode-protocol.js";

/** Photos ready for a network. */
export interface PhotoBatch {
  /** Normalised images [N, C, H, W], in their order. */
  readonly x: Float32Array<ArrayBuffer>;
  /** Which photo of the list each image is [N]. */
  readonly indices: readonly number[];
  /** The photos among these that could not be read, with what is wrong. */
  readonly problems: ReadonlyMap<number, string>;
}

interface Task {
  readonly answer: Promise<DecodeAnswer | undefined>;
  readonly first: number;
}

/**
 * Decodes photos in their order by the threads of a pool, the next ones while a batch is worked on. One that cannot be
 * read is told, and the others go on.
 * @param batch the most images that come at a time.
 */
export async function* photoBatches(
  photos: readonly ImageRef[],
  pool: DecodePool,
  preprocessing: Preprocessing,
  batch: number,
): AsyncGenerator<PhotoBatch, void, undefined> {
  const { height, width, mean } = preprocessing;
  const pass: Pass = { preprocessing, seed: 0, epoch: 0, augment: undefined };
  const size = mean.length * height * width;
  const buffers = new BufferStore();
  let ended = false;
  const start = (first: number): Task => {
    const images = photos.slice(first, first + batch).map((ref, i) => ({ ref, index: first + i }));
    const bytes = images.length * size * 4;
    const answer = pool.run(() => (ended ? undefined : { pass, buffer: buffers.take(bytes), images }));
    answer.catch(() => {}); // whoever awaits it hears of it; a pass that ended early does not
    return { answer, first };
  };
  const tasks: Task[] = [];
  let next = 0;
  try {
    while (true) {
      for (; tasks.length < pool.capacity && next < photos.length; next += batch) tasks.push(start(next));
      const task = tasks.shift();
      if (task === undefined) return;
      const answer = (await task.answer)!;
      const collected = collect(task.first, answer, size);
      buffers.give(answer.buffer);
      yield collected;
    }
  } finally {
    ended = true;
  }
}

function collect(first: number, { buffer, problems: told }: DecodeAnswer, size: number): PhotoBatch {
  const read = [...told.keys()].filter((i) => told[i] === undefined);
  const pixels = new Float32Array(buffer);
  const x = new Float32Array(read.length * size);
  for (const [slot, i] of read.entries()) x.set(pixels.subarray(i * size, (i + 1) * size), slot * size);
  const problems = told.flatMap((problem, i) => (problem === undefined ? [] : [[first + i, problem] as const]));
  return { x, indices: read.map((i) => first + i), problems: new Map(problems) };
}
