import { UserError } from "../errors.js";
import type { Resampling } from "./augment/resampling.js";
import { extentOf, formatSize, type ImageSize } from "./image-size.js";

/**
 * What a photo of another shape than the input's loses.
 *
 * - `center`: its edges. It is resized in its shape until it covers `resize`.
 * - `squash`: its shape. Each side is resized by itself.
 * - `border`: nothing. It is resized in its shape until it fits into `resize`; what lacks has the mean's colour.
 *
 * Source: timm `transforms_imagenet_eval`.
 * @useDeclaredType
 */
export type CropMode = (typeof cropModes)[number];

export const cropModes = ["center", "squash", "border"] as const;

/**
 * How the sides of the resized photo and the place of the cut become whole pixels.
 *
 * - `torchvision`: the side that does not decide down, the place to the nearest, halves to even. Source: torchvision
 * `Resize(int)` and `CenterCrop`, which timm uses too where both sides of `resize` are equal and the middle is cut out.
 * - `keep-ratio`: sides and place to the nearest, halves to even. Source: timm `ResizeKeepRatio`, which it uses
 *   otherwise.
 * - `nearest`: the sides to the nearest, the place down. Source: the sides as in `ResizeKeepRatio`, the place as in
 * transformers' `center_crop`; many evaluations written by hand do so.
 *
 * Half a pixel counts: the logits of a photo differ by up to 2 between them.
 * @useDeclaredType
 */
export type Rounding = (typeof roundings)[number];

export const roundings = ["torchvision", "keep-ratio", "nearest"] as const;

/** How a photo becomes the input of a network: resized, the middle cut out, normalised. */
export interface Preprocessing {
  /** The input's size, that of the cut, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What the photo is resized to before the cut, as `cropMode` says, in pixels: a number is that of its short side. */
  readonly resize: ImageSize;
  /** What becomes of a photo of another shape: its middle is cut out (`center`) unless told otherwise. */
  readonly cropMode?: CropMode | undefined;
  readonly interpolation: Resampling;
  /** How sizes and places become whole pixels: as timm rounds unless told otherwise. */
  readonly rounding?: Rounding | undefined;
  /** Per channel, of pixels scaled to 0–1; as many as the input has channels. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** @throws UserError for sizes that are no whole numbers from 1, and for other than 1 or 3 means with as many stds. */
export function checkPreprocessing({ height, width, resize, mean, std }: Preprocessing): void {
  for (const [name, size] of Object.entries({ height, width, resize })) {
    const sides = Object.values(extentOf(size));
    if (sides.every((side) => Number.isSafeInteger(side) && side >= 1)) continue;
    throw new UserError(`preprocessing: got ${name} ${formatSize(size)}; expected whole numbers of pixels from 1`);
  }
  if ((mean.length === 1 || mean.length === 3) && std.length === mean.length) return;
  throw new UserError(
    `preprocessing: got ${mean.length} means and ${std.length} stds; expected one of each for grey, or three for colour`,
  );
}
