import { open } from "node:fs/promises";
import { fileOf } from "../../../files/node/path-name.js";
import type { Notice } from "../../../notice.js";
import { headBytes, imageFormat } from "../../formats/image-format.js";
import type { ImageList } from "../../image-list.js";
import { decodeWhole } from "./decode.js";
import { readRef } from "./read-ref.js";

/** Files of a list that are looked at, evenly spread. */
const sample = 4;

/** The notice that an image of 16-bit grey becomes white all over; only headers are read of a set of other images. */
export async function clippedImages(list: ImageList): Promise<Notice[]> {
  for (let n = 0; n < Math.min(sample, list.length); n++) {
    const ref = list.ref(Math.floor((n * list.length) / Math.min(sample, list.length)));
    if (ref.part !== undefined || ref.bytes !== undefined || !(await mayBeDeep(ref.path))) continue;
    // What cannot be read is told when it is trained on.
    const white = await readRef(ref)
      .then((bytes) => decodeWhole(bytes, 1))
      .then(({ data }) => data.every((value) => value === 255))
      .catch(() => false);
    if (white) return [{ kind: "clipped-image", name: ref.path }];
  }
  return [];
}

/** Whether a file says that it is a PNG of 16-bit grey, or may be such a TIFF. */
async function mayBeDeep(path: string): Promise<boolean> {
  if (!/\.(png|tiff?)$/i.test(path)) return false;
  const file = await open(fileOf(path)).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const head = new Uint8Array(headBytes);
    await file.read(head, 0, headBytes, 0);
    const format = imageFormat(head);
    return format === "tiff" || (format === "png" && head[24] === 16 && head[25] === 0);
  } finally {
    await file.close();
  }
}
