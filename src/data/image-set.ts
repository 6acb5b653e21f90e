import { UserError } from "../errors.js";

/** The size of every image of a dataset. */
export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Per channel, of pixels scaled to 0–1: what `(pixel / 255 − mean) / std` takes. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The pixels of images: bytes 0–255, or numbers, which are usually 0–1: what a byte is divided by 255. */
export type PixelArray = Uint8Array | Float32Array;

/** Images of one split, [N, C, H, W], with their labels. */
export interface ImageSet {
  readonly images: PixelArray;
  /** One index into the names of the classes per image. */
  readonly labels: Uint8Array | Int32Array;
  /** The number of images. */
  readonly length: number;
}

/** How far beyond 0–1 resampled pixels may be. */
const slack = 1e-3;

/**
 * @param size numbers in an image. @param anyRange whether they may be other than 0–1.
 * @throws UserError for the first number of images in memory that is not finite, or is out of range.
 */
export function checkNumbers(images: Float32Array, size: number, source: string, anyRange: boolean): void {
  for (let i = 0; i < images.length; i++) {
    const value = images[i]!;
    if (value >= -slack && value <= 1 + slack) continue;
    const got = `${source}: got ${value} in image ${Math.floor(i / size)}`;
    if (!Number.isFinite(value)) throw new UserError(`${got}; expected finite numbers`);
    if (!anyRange) throw new UserError(`${got}; expected 0 to 1: divide bytes by 255, or give mean and std`);
  }
}

/** @throws UserError for the first of `labels` that is no index into `classes`, with its place counted from 0. */
export function checkLabels(labels: ImageSet["labels"], classes: readonly string[], source: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= 0 && label < classes.length) continue;
    throw new UserError(
      `${source}: got label ${label} in record ${i}; expected 0 to ${classes.length - 1}; is it another dataset's file?`,
    );
  }
}
