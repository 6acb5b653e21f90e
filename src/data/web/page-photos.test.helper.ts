import type { Augmentation } from "../augment/augmentation.js";
import type { Dataset } from "../dataset.js";

// What Node and a page ask of the same photos.

export const input = { size: [24, 32], holdout: 0.25 } as const;

const augment: Augmentation = {
  flip: true,
  pad: 0,
  randomResizedCrop: { scale: [0.2, 1], ratio: [0.75, 1.33], interpolation: "bicubic" },
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
};

/** Hashes of two passes over the training images, varied, and of one over the test images. */
export async function hashesOf({ train, test }: Pick<Dataset, "train" | "test">): Promise<string[]> {
  const hashes: string[] = [];
  for (const [split, options] of [
    [train, { batch: 5, seed: 3, epoch: 1, shuffle: true, augment }],
    [train, { batch: 4, seed: 3, epoch: 2, shuffle: true, augment }],
    [test, { batch: 4, views: "flip" }],
  ] as const) {
    for await (const { x, y, indices } of split.batches(options)) {
      hashes.push(
        `${[...indices].map((i) => split.nameOf?.(i).split("/").slice(-2).join("/"))} ${y} ${await sha256(x)}`,
      );
    }
  }
  return hashes;
}

async function sha256(data: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
