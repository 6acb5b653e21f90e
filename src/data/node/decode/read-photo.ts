import { UserError } from "../../../errors.js";
import { unreadable } from "../../../files/node/read-bytes.js";
import type { Pixels } from "../../augment/pixels.js";
import { formatsInWords } from "../../formats/image-format.js";
import { decodeWhole } from "./decode.js";
import { readRef } from "./read-ref.js";

/**
 * Reads a photo upright, in colour or grey, as PIL's `convert("RGB")` or `convert("L")` gives it.
 * @param source a JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM file by its path, or its bytes.
 * @param channels 3 for colour, 1 for grey.
 * @returns [H, W, C], bytes; `preprocess` makes a network's input of it.
 * @throws UserError when it cannot be read.
 * @example
 * ```ts
 * import { readPhoto } from "senet/node";
 *
 * const { height, width, channels } = await readPhoto("photo.jpg");
 * console.log(height, width, channels); // 240 300 3
 * ```
 */
export async function readPhoto(source: string | Uint8Array, channels: 1 | 3 = 3): Promise<Pixels> {
  const path = typeof source === "string" ? source : undefined;
  const bytes =
    path === undefined
      ? (source as Uint8Array)
      : await readRef({ path }).catch((error: unknown) => {
          throw (error as NodeJS.ErrnoException).code === undefined ? refused(path, error) : unreadable(path, error);
        });
  try {
    return await decodeWhole(bytes, channels);
  } catch (error) {
    throw refused(path ?? "readPhoto", error);
  }
}

function refused(name: string, error: unknown): UserError {
  const [reason] = (error as Error).message.trim().split("\n");
  return new UserError(`${name}: got no image that can be read (${reason}); expected a whole ${formatsInWords}`);
}
