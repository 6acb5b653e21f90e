import sharp from "sharp";
import type { Dataset } from "../../data/dataset.js";
import { isFileSplit } from "../../data/decode/file-split.js";
import type { ImageRef } from "../../data/image-list.js";
import type { PixelArray } from "../../data/image-set.js";
import { isMemorySplit } from "../../data/memory-split.js";
import { decodeWhole } from "../../data/node/decode/decode.js";
import { readRef } from "../../data/node/decode/read-ref.js";
import { relativeNames } from "../../data/relative-names.js";
import type { Mistake } from "../../evaluate/tally.js";
import type { ShownMistake } from "../../report/evaluation-results.js";

/** The longer side of a picture in pixels, where the image has that many. */
const side = 240;

/** Mistakes with the name of the image, and a picture of it. */
export async function withPictures(dataset: Dataset, mistakes: readonly Mistake[]): Promise<ShownMistake[]> {
  const { test } = dataset;
  const files = isFileSplit(test) ? mistakes.map(({ index }) => test.list.ref(index)) : undefined;
  const names = isFileSplit(test) ? relativeNames(test.length, (i) => nameInside(test.list.ref(i))) : undefined;
  const shown: ShownMistake[] = [];
  for (const [i, mistake] of mistakes.entries()) {
    const inMemory = isMemorySplit(test) ? await ofPixels(test.images, mistake.index, dataset) : undefined;
    shown.push({
      ...mistake,
      name: names?.[mistake.index] ?? `image ${mistake.index}`,
      picture: files ? await ofFile(files[i]!) : inMemory,
    });
  }
  return shown;
}

/** The path of a file, or of a part of an archive within it. */
function nameInside({ path, part }: ImageRef): string {
  return part?.name ?? path;
}

/** Undefined where the file is gone by now. */
async function ofFile(ref: ImageRef): Promise<string | undefined> {
  try {
    const { data, height, width } = await decodeWhole(await readRef(ref), 3);
    const image = sharp(data, { raw: { width, height, channels: 3 } });
    const resized = image.resize(side, side, { fit: "inside", withoutEnlargement: true });
    const jpeg = await resized.jpeg({ quality: 72 }).toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
  } catch {
    return undefined;
  }
}

/** An image [C, H, W] of few pixels, as it is. */
async function ofPixels(images: PixelArray, index: number, { channels, height, width }: Dataset): Promise<string> {
  const plane = height * width;
  const scale = images instanceof Uint8Array ? 1 : 255;
  const pixels = new Uint8ClampedArray(plane * channels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) {
      pixels[i * channels + c] = scale * images[(index * channels + c) * plane + i]!;
    }
  }
  const raw = { width, height, channels: channels as 1 | 3 };
  return `data:image/png;base64,${(await sharp(pixels, { raw }).png().toBuffer()).toString("base64")}`;
}
