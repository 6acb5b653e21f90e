import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { fileOf } from "../../../files/node/path-name.js";
import type { ImageList, ImageRef } from "../../image-list.js";
import { readRef } from "./read-ref.js";

/** The most files that are asked for their size, and the most bytes that are read: a second's work at most. */
const mostFiles = 100_000;
const mostBytes = 64_000_000;

/**
 * A hash that tells most changes of the images of a list, and that a copy of their folder keeps: of their sizes and of the
 * bytes of as many of them, evenly spread, as 64 MB hold. All of a small set is read.
 */
export async function contentsOf(list: ImageList): Promise<string> {
  const hash = createHash("sha256");
  const files = spread(list.length, mostFiles);
  let total = 0;
  for (let at = 0; at < files.length; at += 64) {
    const sizes = await Promise.all(files.slice(at, at + 64).map((index) => sizeOf(list.ref(index))));
    for (const size of sizes) total += size;
    hash.update(`${sizes.join()},`);
  }
  const mean = Math.max(1, total / files.length);
  for (const index of spread(list.length, Math.floor(mostBytes / mean))) {
    hash.update(await readRef(list.ref(index)).catch(() => "unreadable"));
  }
  return hash.digest("hex");
}

/** At most so many numbers below `length`, evenly spread. */
function spread(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

async function sizeOf({ path, part, bytes }: ImageRef): Promise<number> {
  const known = bytes?.length ?? part?.length;
  return known ?? (await stat(fileOf(path)).catch(() => undefined))?.size ?? -1;
}
