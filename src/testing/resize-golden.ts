import type { Pixels } from "../data/augment/pixels.js";
import type { Resampling } from "../data/augment/resampling.js";
import { resize } from "../data/augment/resize.js";
import { centreCrop, type Rounding, resizeAndCrop } from "../data/preprocessing.js";
import { noiseImage } from "./noise-image.js";

/** What `tests/goldens/make-resize.py` writes. */
export interface ResizeGolden {
  readonly resizes: readonly ResizeCase[];
  readonly crops: readonly CropCase[];
}

interface Source {
  readonly size: readonly [width: number, height: number];
  readonly channels: number;
  readonly hard: boolean;
  readonly interpolation: Resampling;
  /** Of the bytes that PIL gives. */
  readonly sha256: string;
}

interface ResizeCase extends Source {
  readonly to: readonly [width: number, height: number];
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
}

interface CropCase extends Source {
  readonly resize: number;
  readonly height: number;
  readonly width: number;
  readonly rounding: Rounding;
}

/** What we make of every case, beside the digest of what PIL makes of it. */
export function* resizeGoldens({ resizes, crops }: ResizeGolden): Generator<{ one: Source; result: Pixels }> {
  for (const one of resizes) {
    const [[width, height], [left, top, right, bottom]] = [one.to, one.box];
    const box = { left, top, width: right - left, height: bottom - top };
    yield { one, result: resize(sourceOf(one), width, height, one.interpolation, { box }) };
  }
  for (const one of crops) {
    const [width, height] = one.size;
    yield { one, result: resizeAndCrop(sourceOf(one), centreCrop({ width, height }, one), one.interpolation) };
  }
}

function sourceOf({ size: [width, height], channels, hard }: Source): Pixels {
  return noiseImage(width, height, channels, hard);
}
