import type { Random } from "../../random.js";
import type { Interpolation } from "./affine.js";
import type { RandomResizedCrop } from "./augmentation.js";
import type { Box } from "./resize.js";

/** The part of an image that becomes the network's input, and how it is resized to it. */
export interface CropWindow extends Box {
  readonly interpolation: Interpolation;
}

/** An extent in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/**
 * A window of random area and shape inside an image.
 * Source: torchvision `RandomResizedCrop.get_params`: ten attempts, then the largest window of a permitted shape,
 * central.
 */
export function randomWindow({ width, height }: Extent, random: Random, crop: RandomResizedCrop): CropWindow {
  const { scale, ratio } = crop;
  const interpolation = crop.interpolation === "random" ? drawInterpolation(random) : crop.interpolation;
  const [low, high] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * (scale[0] + random.float() * (scale[1] - scale[0]));
    const aspect = Math.exp(low + random.float() * (high - low));
    const [w, h] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { left: random.below(width - w + 1), top: random.below(height - h + 1), width: w, height: h, interpolation };
  }
  const shape = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const w = Math.max(1, Math.min(width, Math.round(height * shape)));
  const h = Math.max(1, Math.min(height, Math.round(width / shape)));
  return { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h, interpolation };
}

function drawInterpolation(random: Random): Interpolation {
  return random.below(2) === 0 ? "bilinear" : "bicubic";
}
