import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formatsInWords } from "../../data/formats/image-format.js";
import { listImages } from "../../data/node/list/list-images.js";
import { UserError } from "../../errors.js";

/** A photo as it was asked for. */
export interface Photo {
  /** Where it lies, or what answers call it. */
  readonly path: string;
  /** Its bytes, where they are here already. */
  readonly bytes?: Uint8Array;
}

/**
 * Lists photos in their order: files, the images in folders and those inside them, and photos whose bytes are here.
 * What is not there is told when it is read.
 * @throws UserError when there is none.
 */
export async function listPhotos(given: readonly (string | Photo)[]): Promise<Photo[]> {
  const photos: Photo[] = [];
  for (const one of given) {
    if (typeof one !== "string") {
      photos.push(one);
    } else if ((await stat(one).catch(() => undefined))?.isDirectory()) {
      const found = await listImages(one);
      if (found.length === 0) {
        throw new UserError(`${one}: got a folder without images; expected files of ${formatsInWords} in it`);
      }
      photos.push(...found.map((name) => ({ path: join(one, name) })));
    } else {
      photos.push({ path: one });
    }
  }
  if (photos.length > 0) return photos;
  throw new UserError("got no photos; expected files, folders, or bytes");
}
