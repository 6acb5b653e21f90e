import { UserError } from "../errors.js";
import { cropPixels, type Pixels, withChannels } from "./augment/pixels.js";
import type { Resampling } from "./augment/resampling.js";
import { type Box, resize } from "./augment/resize.js";
import { writePixels } from "./augment/vary.js";
import type { Extent } from "./augment/window.js";
import { normalisationTable } from "./augment/write-image.js";

/** How a photo becomes the input of a network: resized, the middle cut out, normalised. */
export interface Preprocessing {
  /** The input's size, that of the cut, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What the photo's short side is resized to before the cut, in pixels; what it lacks to the input is black. */
  readonly resize: number;
  readonly interpolation: Resampling;
  /** How sizes and places become whole pixels: as torchvision rounds unless told otherwise. */
  readonly rounding?: Rounding | undefined;
  /** Per channel, of pixels scaled to 0–1; as many as the input has channels. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * How the long side of the resized photo and the place of the cut become whole pixels.
 *
 * - `torchvision`: the side down, the place to the nearest, halves to even. Source: torchvision `Resize(int)` and
 *   `CenterCrop`, which timm uses too.
 * - `nearest`: the side to the nearest, the place down. Source: the side as in timm's `ResizeKeepRatio`, the place as in
 *   transformers' `center_crop`; many evaluations written by hand do so.
 *
 * Half a pixel counts: the logits of a photo differ by up to 2 between them.
 */
export type Rounding = (typeof roundings)[number];

export const roundings = ["torchvision", "nearest"] as const;

/** The size a photo is resized to, and where the input lies in it; it may reach beyond the edges. */
export interface CentreCrop {
  readonly resized: Extent;
  readonly part: Box;
}

/**
 * The short side before the cut for an input of `size` pixels that keeps the share `cropPct` of it.
 * Source: timm `transforms_imagenet_eval`, which rounds down (224 at 0.95: 235).
 */
export function resizedSide({ height, width }: Extent, cropPct: number): number {
  return Math.floor(Math.max(height, width) / cropPct);
}

/**
 * Where the input comes from in a photo of a given size: the short side becomes `resize`, the input is its middle. (For an
 * input that is not square timm resizes until both sides cover it; here the short side is `resize` whatever its shape.)
 */
export function centreCrop(
  { width, height }: Extent,
  { resize: short, rounding = "torchvision", ...size }: Pick<Preprocessing, "height" | "width" | "resize" | "rounding">,
): CentreCrop {
  const least = Math.min(width, height);
  const long = (side: number) =>
    rounding === "torchvision" ? Math.trunc((short * side) / least) : toEven(side / (least / short));
  const resized = width <= height ? { width: short, height: long(height) } : { width: long(width), height: short };
  const before = (over: number) => {
    if (over < 0) return -Math.floor(-over / 2); // black, one more of it behind
    return rounding === "torchvision" ? toEven(over / 2) : Math.floor(over / 2);
  };
  const [left, top] = [before(resized.width - size.width), before(resized.height - size.height)];
  return { resized, part: { left, top, width: size.width, height: size.height } };
}

/** To the nearest whole number, halves to the even one, as Python rounds. */
function toEven(value: number): number {
  const floor = Math.floor(value);
  const over = value - floor;
  return over < 0.5 || (over === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/**
 * The part of a photo that the network sees, [height, width, C]: only that is computed.
 * @param image a photo in the channels that the network takes.
 */
export function resizeAndCrop(image: Pixels, { resized, part }: CentreCrop, interpolation: Resampling): Pixels {
  const left = Math.max(0, part.left);
  const top = Math.max(0, part.top);
  const width = Math.min(resized.width, part.left + part.width) - left;
  const height = Math.min(resized.height, part.top + part.height) - top;
  const inside = resize(image, resized.width, resized.height, interpolation, { part: { left, top, width, height } });
  if (width === part.width && height === part.height) return inside;
  return cropPixels(inside, part.left - left, part.top - top, part.width, part.height);
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
    if (Number.isSafeInteger(size) && size >= 1) continue;
    throw new UserError(`preprocessing: got ${name} ${size}; expected a whole number of pixels from 1`);
  }
  if ((mean.length === 1 || mean.length === 3) && std.length === mean.length) return;
  throw new UserError(
    `preprocessing: got ${mean.length} means and ${std.length} stds; expected one of each for grey, or three for colour`,
  );
}
