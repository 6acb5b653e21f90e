import { UserError } from "../errors.js";
import { type Pixels, withChannels } from "./augment/pixels.js";
import type { Resampling } from "./augment/resampling.js";
import { writePixels } from "./augment/vary.js";
import { normalisationTable } from "./augment/write-image.js";
import {
  type CropMode,
  centreCrop,
  extentOf,
  formatSize,
  type ImageSize,
  type Rounding,
  resizeAndCrop,
} from "./centre-crop.js";

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

/**
 * Turns a photo into a network's input, as the published evaluations do it: equal to timm's and torchvision's
 * transforms over PIL, pixel for pixel.
 * @param image [H, W, C] bytes in grey, colour, or colour with alpha (which is dropped), turned upright.
 * @returns [C, height, width], (pixel / 255 − mean) / std.
 * @throws UserError when the image has no pixels, or the preprocessing is out of range.
 *
 * @example
 * const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
 * const x = preprocess({ data: new Uint8Array(data.buffer), width, height, channels: 4 }, preprocessing);
 */
export function preprocess(image: Pixels, p: Preprocessing): Float32Array<ArrayBuffer> {
  checkPreprocessing(p);
  const { data, height, width, channels } = image;
  if (data.length === 0 || data.length !== height * width * channels) {
    throw new UserError(
      `preprocess: got ${data.length} bytes; expected ${height * width * channels}, [${height}, ${width}, ${channels}], and at least one pixel`,
    );
  }
  const input = resizeAndCrop(withChannels(image, p.mean.length), centreCrop(image, p), p.interpolation);
  const x = new Float32Array(p.mean.length * p.height * p.width);
  writePixels(x, input, normalisationTable(p));
  return x;
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
