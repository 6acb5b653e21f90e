import type { DecodePool } from "../../data/decode/decode-pool.js";
import { photoBatches } from "../../data/decode/photo-batches.js";
import type { Preprocessing } from "../../data/preprocessing.js";

/** A photo as a network takes it [C, H, W], or why there is none. */
export type DecodedPhoto = Float32Array | string;

/** Decodes photos by the threads of a pool, each as a task of its own. @returns them in their order. */
export async function decodePhotos(
  photos: readonly Uint8Array[],
  pool: DecodePool,
  preprocessing: Preprocessing,
): Promise<DecodedPhoto[]> {
  const refs = photos.map((bytes, i) => ({ path: `photo ${i + 1}`, bytes }));
  const decoded: DecodedPhoto[] = [];
  for await (const { x, problems } of photoBatches(refs, pool, preprocessing, 1)) {
    const [problem] = problems.values();
    decoded.push(problem === undefined ? x : (problem.trim().split("\n")[0] ?? ""));
  }
  return decoded;
}
