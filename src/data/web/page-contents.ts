import type { ImageList } from "../image-list.js";

/** The most bytes that are read of all photos: a moment's work. */
const mostBytes = 16_000_000;

/** A hash that tells most changes of the photos of a list: of their sizes, and of the bytes of some of them. */
export async function pageContents(list: ImageList): Promise<string> {
  const sizes = Array.from({ length: list.length }, (_, i) => list.ref(i).blob?.size ?? -1);
  const mean = Math.max(1, sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  const count = Math.min(list.length, Math.floor(mostBytes / mean));
  const sums = [await sha256(new TextEncoder().encode(sizes.join()))];
  for (let n = 0; n < count; n++) {
    const { blob } = list.ref(Math.floor((n * list.length) / count));
    sums.push(await sha256(new Uint8Array((await blob?.arrayBuffer().catch(() => undefined)) ?? new ArrayBuffer(0))));
  }
  return sha256(new TextEncoder().encode(sums.join()));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
