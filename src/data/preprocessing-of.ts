import { bounds, checkBound } from "../bounds.js";
import { valueError } from "../errors.js";
import type { Resampling } from "./augment/resampling.js";
import { resizedSize } from "./centre-crop.js";
import type { Statistics } from "./image-set.js";
import { extentOf, type ImageSize } from "./image-size.js";
import { imageNetStatistics } from "./imagenet-statistics.js";
import type { CropMode, Preprocessing } from "./preprocessing.js";

/** How images of any size become inputs of one. */
export interface InputOptions {
  /** The size that all images get (224 by default). */
  readonly size?: ImageSize | undefined;
  /** 3 for colour (the default), 1 for grey. */
  readonly channels?: 1 | 3 | undefined;
  /** For testing images are resized to size / cropPct and the middle cut out (0.875 by default). */
  readonly cropPct?: number | undefined;
  /** What becomes then of an image of another shape: its middle is cut out (`center`) by default. */
  readonly cropMode?: CropMode | undefined;
  /** How images are resized for testing (bilinear by default). */
  readonly interpolation?: Resampling | undefined;
  /** How a model takes photos, in the place of the five above. */
  readonly preprocessing?: Preprocessing | undefined;
}

/** Of ImageNet's training images; grey is their mean, as in timm. */
const imagenet: Readonly<Record<1 | 3, Statistics>> = {
  1: { mean: [0.449], std: [0.226] },
  3: imageNetStatistics,
};

/** @throws UserError for a size or a share that cannot be. */
export function preprocessingOf({
  size = 224,
  channels = 3,
  cropPct = 0.875,
  cropMode,
  interpolation = "bilinear",
}: InputOptions): Preprocessing {
  const extent = extentOf(size);
  for (const side of Object.values(extent)) checkBound("openDataset", "size", side, bounds.size);
  if (!(cropPct > 0 && cropPct <= 1)) {
    throw valueError("openDataset", "cropPct", cropPct, "a share above 0, up to 1");
  }
  const framing = { resize: resizedSize(extent, cropPct), ...(cropMode && { cropMode }), interpolation };
  return { ...extent, ...framing, ...imagenet[channels] };
}
