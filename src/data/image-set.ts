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

/** Images of one split as bytes 0–255, [N, C, H, W], with their labels. */
export interface ImageSet {
  readonly images: Uint8Array;
  /** One index into the names of the classes per image. */
  readonly labels: Uint8Array | Int32Array;
  /** The number of images. */
  readonly length: number;
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
