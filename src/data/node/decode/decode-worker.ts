import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import { Random } from "../../../random.js";
import { eraseRandomly } from "../../augment/random-erasing.js";
import { vary, writePixels } from "../../augment/vary.js";
import { randomWindow } from "../../augment/window.js";
import { normalisationTable } from "../../augment/write-image.js";
import { centreCrop } from "../../centre-crop.js";
import type { ImageRef } from "../../image-list.js";
import { viewCount } from "../../views.js";
import { decode } from "./decode.js";
import type { DecodeRequest, DecodeResponse, Pass } from "./decode-protocol.js";
import { decodeViews } from "./decode-views.js";
import { readRef } from "./read-ref.js";

// One of the threads that turn image files into the network's input. Each thread is a core's worth of work by itself.
sharp.concurrency(1);
sharp.cache(false);

async function decodeInto(target: Float32Array, ref: ImageRef, index: number, pass: Pass, table: Float32Array) {
  const { preprocessing, seed, epoch, augment, views } = pass;
  const { height, width, mean, interpolation } = preprocessing;
  const channels = mean.length;
  if (views) {
    const size = target.length / viewCount(views);
    const seen = await decodeViews(await readRef(ref), preprocessing, views);
    for (const [n, view] of seen.entries()) writePixels(target.subarray(n * size, (n + 1) * size), view, table);
    return;
  }
  const random = new Random(seed, "augment", epoch, index);
  const crop = augment?.randomResizedCrop;
  const image = await decode(await readRef(ref), channels, preprocessing, (extent) =>
    crop
      ? { kind: "window", window: randomWindow(extent, random, crop) }
      : { kind: "crop", crop: centreCrop(extent, preprocessing), interpolation },
  );
  writePixels(target, augment ? vary(image, random, augment, mean) : image, table);
  if (augment?.randomErasing) eraseRandomly(target, { channels, height, width }, random, augment.randomErasing);
}

async function work({ id, task }: DecodeRequest): Promise<DecodeResponse> {
  const { pass, buffer, images } = task;
  const { height, width, mean } = pass.preprocessing;
  const size = viewCount(pass.views) * mean.length * height * width;
  const table = normalisationTable(pass.preprocessing);
  const problems: (string | undefined)[] = [];
  for (const [slot, { ref, index }] of images.entries()) {
    try {
      const target = new Float32Array(buffer, slot * size * 4, size);
      await decodeInto(target, ref, index, pass, table);
      problems.push(undefined);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { id, problems };
}

parentPort!.on("message", async (request: DecodeRequest) => parentPort!.postMessage(await work(request)));
