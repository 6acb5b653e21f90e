import type { DecodePool } from "../../data/node/decode/decode-pool.js";
import type { Session } from "../../runtime/runtime.js";
import type { Classifier } from "../../workspace/classifier/open-classifier.js";
import type { Photo } from "../../workspace/classifier/photo-list.js";
import type { Answer } from "../terminal/format-answers.js";

/** What a model says of a photo, or why that could not be read. */
export interface Classified {
  readonly path: string;
  readonly answers?: readonly Answer[];
  readonly problem?: string;
}

/** Asks a model about photos, in their order; the next ones are decoded while it works on a batch. */
export async function* classifyPhotos(
  photos: readonly Photo[],
  { graph, preprocessing, classes }: Classifier,
  session: Session,
  pool: DecodePool,
  { top, batch }: { readonly top: number; readonly batch: number },
): AsyncGenerator<Classified, void, undefined> {
  const { photoBatches } = await import("../../data/node/decode/photo-batches.js");
  const { confidenceOf, topClasses } = await import("../../evaluate/logits.js");
  const { height, width, mean } = preprocessing;
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const answersOf = (logits: Float32Array): Answer[] =>
    topClasses(logits, top).map((index) => ({
      index,
      label: classes[index]!,
      probability: confidenceOf(logits, index),
      logit: logits[index]!,
    }));
  let next = 0;
  for await (const { x, indices, problems } of photoBatches(photos, pool, preprocessing, batch)) {
    const answers = new Map<number, Answer[]>();
    if (indices.length > 0) {
      const shape = [indices.length, mean.length, height, width];
      const results = await session.run({ [input]: { dtype: "float32", shape, data: x } });
      const logits = results[output]!.data as Float32Array;
      for (const [n, index] of indices.entries()) {
        answers.set(index, answersOf(logits.subarray(n * classes.length, (n + 1) * classes.length)));
      }
    }
    for (const end = next + indices.length + problems.size; next < end; next++) {
      const { path } = photos[next]!;
      const found = answers.get(next);
      yield found ? { path, answers: found } : { path, problem: plain(problems.get(next)!) };
    }
  }
}

/** In the user's words, where the system or the decoder has its own. */
function plain(problem: string): string {
  const [line = ""] = problem.trim().split("\n");
  if (/^ENOENT\b/.test(line)) return "no such file";
  if (/^Input Buffer is empty/.test(line)) return "an empty file";
  if (/unsupported image format$/.test(line)) return "no image (JPEG, PNG, WebP, AVIF or GIF)";
  return line;
}
