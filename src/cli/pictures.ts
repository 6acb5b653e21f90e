import sharp from "sharp";
import type { Dataset } from "../data/dataset.js";
import type { ImageList, ImageRef } from "../data/image-list.js";
import { isMemorySplit } from "../data/memory-split.js";
import { isFileSplit } from "../data/node/file-split.js";
import { readRef } from "../data/node/read-ref.js";
import type { Mistake } from "../evaluate/tally.js";
import type { ShownMistake } from "../report/evaluation-results.js";

/** The longer side of a picture in pixels, where the image has that many. */
const side = 240;

/** Mistakes with the name of the image, and a picture of it. */
export async function withPictures(dataset: Dataset, mistakes: readonly Mistake[]): Promise<ShownMistake[]> {
  const { test } = dataset;
  const files = isFileSplit(test) ? mistakes.map(({ index }) => test.list.ref(index)) : undefined;
  const shared = isFileSplit(test) ? sharedFolders(test.list) : 0;
  const names = files
    ? files.map((file) => foldersOf(file).slice(shared).join("/"))
    : mistakes.map(({ index }) => `image ${index}`);
  const shown: ShownMistake[] = [];
  for (const [i, mistake] of mistakes.entries()) {
    const inMemory = isMemorySplit(test) ? await ofBytes(test.images, mistake.index, dataset) : undefined;
    shown.push({ ...mistake, name: names[i]!, picture: files ? await ofFile(files[i]!) : inMemory });
  }
  return shown;
}

/** How many folders the paths of all files begin with alike. */
function sharedFolders(list: ImageList): number {
  const first = list.length > 0 ? foldersOf(list.ref(0)).slice(0, -1) : [];
  let shared = first.length;
  for (let i = 1; i < list.length && shared > 0; i++) {
    const parts = foldersOf(list.ref(i));
    const differs = first.findIndex((name, k) => parts[k] !== name);
    if (differs >= 0) shared = Math.min(shared, differs);
  }
  return shared;
}

/** The folders of a file, and its name. */
function foldersOf({ path, part }: ImageRef): string[] {
  return (part?.name ?? path).split(/[/\\]/);
}

/** Undefined where the file is gone by now. */
async function ofFile(ref: ImageRef): Promise<string | undefined> {
  try {
    const image = sharp(await readRef(ref), { autoOrient: true });
    const resized = image.resize(side, side, { fit: "inside", withoutEnlargement: true });
    const jpeg = await resized.flatten({ background: "#fff" }).jpeg({ quality: 72 }).toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
  } catch {
    return undefined;
  }
}

/** An image [C, H, W] of few pixels, as it is. */
async function ofBytes(images: Uint8Array, index: number, { channels, height, width }: Dataset): Promise<string> {
  const plane = height * width;
  const pixels = new Uint8Array(plane * channels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) pixels[i * channels + c] = images[(index * channels + c) * plane + i]!;
  }
  const raw = { width, height, channels: channels as 1 | 3 };
  return `data:image/png;base64,${(await sharp(pixels, { raw }).png().toBuffer()).toString("base64")}`;
}
