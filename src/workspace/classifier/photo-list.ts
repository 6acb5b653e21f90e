import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { listImages } from "../../data/node/list/list-images.js";
import { UserError } from "../../errors.js";

/** A photo as it was asked for. */
export interface Photo {
  readonly path: string;
  /** Its bytes, where it came through standard input. */
  readonly bytes?: Uint8Array;
}

/**
 * The photos that arguments name, in their order: files, the images in folders and those inside them, and `-` for one on
 * standard input. What is not there is told when it is read.
 * @throws UserError when there is none.
 */
export async function listPhotos(paths: readonly string[]): Promise<Photo[]> {
  const photos: Photo[] = [];
  for (const path of paths) {
    if (path === "-") {
      photos.push({ path, bytes: await buffer(process.stdin) });
    } else if ((await stat(path).catch(() => undefined))?.isDirectory()) {
      const found = await listImages(path);
      if (found.length === 0) {
        throw new UserError(`${path}: got a folder without images; expected JPEG, PNG, WebP, AVIF or GIF files in it`);
      }
      photos.push(...found.map((name) => ({ path: join(path, name) })));
    } else {
      photos.push({ path });
    }
  }
  if (photos.length === 0) throw new UserError("senet classify: got no photos; give files, a folder, or - to read one");
  return photos;
}
