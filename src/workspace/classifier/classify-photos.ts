import type { DecodePool } from "../../data/decode/decode-pool.js";
import { type Answer, answersOf } from "../../evaluate/answers.js";
import { type Asker, activationOf } from "../../evaluate/ask.js";
import { allFinite } from "../../runtime/not-finite.js";
import { checkProgram } from "../model/check-program.js";
import type { ClassifierModel } from "./find-classifier.js";
import type { Photo } from "./photo-list.js";

/** What a model says of a photo, or why that could not be read. */
export interface ClassifiedPhoto {
  readonly path: string;
  readonly answers?: readonly Answer[];
  readonly problem?: string;
  /** Whether that is the model's fault: it gives NaN or infinity for the photo. */
  readonly notFinite?: true;
}

/** How many photos are asked about. */
export interface ClassifyPhotosOptions {
  /** How many answers each photo gets, the likeliest ones (5 by default). */
  readonly top?: number | undefined;
  /** Photos that the model takes at a time (8 by default). */
  readonly batch?: number | undefined;
  /** Stops before the next photo. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a model about photos, in their order; the next ones are decoded while it works on a batch. One that cannot be
 * read is told in its place.
 * @throws the signal's reason when it is aborted.
 */
export async function* classifyPhotos(
  photos: readonly Photo[],
  { program, preprocessing, classes }: ClassifierModel,
  asker: Asker,
  pool: DecodePool,
  { top = 5, batch = 8, signal }: ClassifyPhotosOptions,
): AsyncGenerator<ClassifiedPhoto, void, undefined> {
  const { photoBatches } = await import("../../data/decode/photo-batches.js");
  const { height, width, mean } = preprocessing;
  await checkProgram(program, [mean.length, height, width], Math.min(batch, photos.length));
  const activation = activationOf(program.answer);
  let next = 0;
  for await (const { x, indices, problems } of photoBatches(photos, pool, preprocessing, batch)) {
    const answers = new Map<number, Answer[]>();
    if (indices.length > 0) {
      const shape = [indices.length, mean.length, height, width] as const;
      const logits = await asker.logits({ data: x, shape });
      for (const [n, index] of indices.entries()) {
        const own = logits.subarray(n * classes.length, (n + 1) * classes.length);
        if (allFinite(own)) answers.set(index, answersOf(own, classes, top, activation));
      }
    }
    for (const end = next + indices.length + problems.size; next < end; next++) {
      const { path } = photos[next]!;
      const found = answers.get(next);
      const problem = problems.get(next);
      if (found !== undefined) yield { path, answers: found };
      else if (problem !== undefined) yield { path, problem: plain(problem) };
      else yield { path, problem: "the model gives NaN or infinity for it", notFinite: true };
      signal?.throwIfAborted();
    }
  }
}

/** In the user's words, where the system or the decoder has its own. */
function plain(problem: string): string {
  const [line = ""] = problem.trim().split("\n");
  if (/^ENOENT\b/.test(line)) return "no such file";
  return line;
}
