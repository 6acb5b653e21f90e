import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { unreadable } from "../../../files/node/read-bytes.js";

/** The name of a file says that it is an image we decode. */
export const imageName = /\.(jpe?g|png|webp|avif|gif)$/i;

/** Paths inside a folder, sorted by their characters. */
export interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/** The images and the folders right inside a folder, links followed, hidden ones left out. */
export async function listFolder(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const folders: string[] = [];
  const images: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const kind = await kindOf(folder, entry);
    if (kind === "folder") folders.push(entry.name);
    else if (kind === "file" && imageName.test(entry.name)) images.push(entry.name);
  }
  return { folders: folders.sort(), images: images.sort() };
}

/**
 * The images in a folder and in those inside it, as paths relative to it, sorted. A link that leads back is not
 * followed again.
 */
export async function listImages(folder: string, above: readonly string[] = []): Promise<string[]> {
  const real = await realpath(folder);
  if (above.includes(real)) return [];
  const { folders, images } = await listFolder(folder);
  const inner = await Promise.all(
    folders.map(async (name) =>
      (await listImages(join(folder, name), [...above, real])).map((path) => `${name}/${path}`),
    ),
  );
  return [...images, ...inner.flat()].sort();
}

async function kindOf(folder: string, entry: Dirent): Promise<"file" | "folder" | "other"> {
  if (!entry.isSymbolicLink()) return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
  const target = await stat(join(folder, entry.name)).catch(() => undefined); // a link that leads nowhere is no image
  return target?.isFile() ? "file" : target?.isDirectory() ? "folder" : "other";
}
