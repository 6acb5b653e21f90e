import { Random } from "../../random.js";
import { eraseRandomly } from "../augment/random-erasing.js";
import { vary, writePixels } from "../augment/vary.js";
import { randomWindow } from "../augment/window.js";
import { normalisationTable } from "../augment/write-image.js";
import { centreCrop } from "../centre-crop.js";
import type { ImageRef } from "../image-list.js";
import { viewCount } from "../views.js";
import type { DecodeAnswer, DecodeTask, Pass } from "./decode-protocol.js";
import { decodeViews } from "./decode-views.js";
import type { Decode } from "./framing.js";

/**
 * Does a task in the thread that it came to.
 * @param decoderOf reads an image and gives what decodes it. @throws Error, which is the image's problem.
 */
export async function doTask(
  { pass, buffer, images }: DecodeTask,
  decoderOf: (ref: ImageRef) => Promise<Decode>,
): Promise<DecodeAnswer> {
  const { height, width, mean } = pass.preprocessing;
  const size = viewCount(pass.views) * mean.length * height * width;
  const table = normalisationTable(pass.preprocessing);
  const problems: (string | undefined)[] = [];
  for (const [slot, { ref, index }] of images.entries()) {
    try {
      const target = new Float32Array(buffer, slot * size * 4, size);
      await decodeInto(target, await decoderOf(ref), index, pass, table);
      problems.push(undefined);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { buffer, problems };
}

async function decodeInto(target: Float32Array, decode: Decode, index: number, pass: Pass, table: Float32Array) {
  const { preprocessing, seed, epoch, augment, views } = pass;
  const { height, width, mean, interpolation } = preprocessing;
  const channels = mean.length;
  if (views) {
    const size = target.length / viewCount(views);
    const seen = await decodeViews(decode, preprocessing, views);
    for (const [n, view] of seen.entries()) writePixels(target.subarray(n * size, (n + 1) * size), view, table);
    return;
  }
  const random = new Random(seed, "augment", epoch, index);
  const crop = augment?.randomResizedCrop;
  const image = await decode(channels, preprocessing, (extent) =>
    crop
      ? { kind: "window", window: randomWindow(extent, random, crop) }
      : { kind: "crop", crop: centreCrop(extent, preprocessing), interpolation },
  );
  writePixels(target, augment ? vary(image, random, augment, mean) : image, table);
  if (augment?.randomErasing) eraseRandomly(target, { channels, height, width }, random, augment.randomErasing);
}
