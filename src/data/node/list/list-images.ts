import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, pathOf } from "../../../files/node/path-name.js";
import { unreadable } from "../../../files/node/read-bytes.js";
import { headBytes, imageFormat, imageName } from "../../formats/image-format.js";

/** Paths inside a folder, sorted by their characters. */
export interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  /** Files that are no images we read. */
  readonly others: readonly string[];
}

/** What systems put beside images: copies of them, and what is no image. */
const systemFolders = ["__MACOSX", "@eaDir"];

/**
 * The images and the folders right inside a folder, links followed, hidden ones left out. What a file is, its name says;
 * where that has no usual ending, its first bytes.
 */
export async function listFolder(folder: string): Promise<Listing> {
  const entries = await readdir(fileOf(folder), { withFileTypes: true, encoding: "buffer" }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const folders: string[] = [];
  const images: string[] = [];
  const others: string[] = [];
  for (const entry of entries) {
    const name = pathOf(entry.name);
    if (name.startsWith(".") || systemFolders.includes(name)) continue;
    const kind = await kindOf(join(folder, name), entry);
    if (kind === "folder") folders.push(name);
    else if (kind === "file") ((await isImage(join(folder, name), name)) ? images : others).push(name);
  }
  return { folders: folders.sort(), images: images.sort(), others: others.sort() };
}

/**
 * The images in a folder and in those inside it, as paths relative to it, sorted. A link that leads back is not
 * followed again. @param onOther called with each file that is no image.
 */
export async function listImages(
  folder: string,
  onOther?: (path: string) => void,
  above: readonly string[] = [],
): Promise<string[]> {
  const real = pathOf(await realpath(fileOf(folder), { encoding: "buffer" }));
  if (above.includes(real)) return [];
  const { folders, images, others } = await listFolder(folder);
  for (const name of others) onOther?.(join(folder, name));
  const inner = await Promise.all(
    folders.map(async (name) =>
      (await listImages(join(folder, name), onOther, [...above, real])).map((path) => `${name}/${path}`),
    ),
  );
  return [...images, ...inner.flat()].sort();
}

async function kindOf(path: string, entry: Dirent<Buffer>): Promise<"file" | "folder" | "other"> {
  if (!entry.isSymbolicLink()) return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
  const target = await stat(fileOf(path)).catch(() => undefined); // a link that leads nowhere is no image
  return target?.isFile() ? "file" : target?.isDirectory() ? "folder" : "other";
}

async function isImage(path: string, name: string): Promise<boolean> {
  if (imageName.test(name)) return true;
  if (/\.[a-z][a-z0-9]{0,4}$/i.test(name)) return false;
  const file = await open(fileOf(path)).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const head = new Uint8Array(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    return imageFormat(head.subarray(0, bytesRead)) !== undefined;
  } finally {
    await file.close();
  }
}
