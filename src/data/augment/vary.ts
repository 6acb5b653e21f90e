import type { Random } from "../../random.js";
import type { Augmentation } from "./augmentation.js";
import { jitterColors } from "./color-jitter.js";
import { cropPixels, flipHorizontally, flipVertically, type Pixels } from "./pixels.js";
import { parseRandAugment, randAugment } from "./rand-augment.js";

/**
 * Varies an image that already has the size of the input: all of an augmentation between the random window and the
 * normalisation. Source: the order of timm's `transforms_imagenet_train`.
 * @param mean what fills in around images that are turned or moved.
 */
export function vary(image: Pixels, random: Random, augment: Augmentation, mean: readonly number[]): Pixels {
  const { flip, pad, verticalFlip, randAugment: policy, colorJitter } = augment;
  let result = image;
  if (pad > 0) {
    const [left, top] = [random.below(2 * pad + 1) - pad, random.below(2 * pad + 1) - pad];
    result = cropPixels(result, left, top, image.width, image.height);
  }
  if (flip && random.below(2) === 1) result = flipHorizontally(result);
  if (verticalFlip && random.below(2) === 1) result = flipVertically(result);
  if (policy !== undefined) {
    const fill = mean.map((value) => Math.min(255, Math.round(255 * value)));
    result = randAugment(result, random, parseRandAugment(policy), fill);
  }
  if (colorJitter) result = jitterColors(result, random, colorJitter);
  return result;
}

/**
 * Writes an image, normalised, to its place in a batch.
 * @param target [C, H, W], the part of the batch for this image.
 * @param table from `normalisationTable`, [C, 256].
 */
export function writePixels(
  target: Float32Array,
  { data, channels, height, width }: Pixels,
  table: Float32Array,
): void {
  const plane = height * width;
  for (let c = 0; c < channels; c++) {
    const [to, levels] = [c * plane, table.subarray(c * 256, (c + 1) * 256)];
    for (let i = 0, from = c; i < plane; i++, from += channels) target[to + i] = levels[data[from]!]!;
  }
}
