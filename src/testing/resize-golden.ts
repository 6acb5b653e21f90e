import type { Pixels } from "../data/augment/pixels.js";
import type { Resampling } from "../data/augment/resampling.js";
import { resize } from "../data/augment/resize.js";
import { centreCrop, resizeAndCrop, timmFraming } from "../data/centre-crop.js";
import type { CropMode, Rounding } from "../data/preprocessing.js";
import { noiseImage } from "./noise-image.js";

/** What `tests/goldens/make-resize.py` writes. */
export interface ResizeGolden {
  readonly resizes: readonly ResizeCase[];
  readonly crops: readonly CropCase[];
  readonly evaluations: readonly EvaluationCase[];
}

interface Source {
  readonly size: readonly [width: number, height: number];
  readonly channels: number;
  readonly hard: boolean;
  readonly interpolation: Resampling;
  /** Of the bytes that PIL, torchvision or timm gives. */
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

interface EvaluationCase extends Source {
  readonly height: number;
  readonly width: number;
  readonly cropPct: number;
  readonly cropMode: CropMode;
  readonly mean: readonly number[];
}

/** What we make of every case, beside the digest of what it should be. */
export function* resizeGoldens({
  resizes,
  crops,
  evaluations,
}: ResizeGolden): Generator<{ one: Source; result: Pixels }> {
  for (const one of resizes) {
    const [[width, height], [left, top, right, bottom]] = [one.to, one.box];
    const box = { left, top, width: right - left, height: bottom - top };
    yield { one, result: resize(sourceOf(one), width, height, one.interpolation, { box }) };
  }
  for (const one of crops) {
    const [width, height] = one.size;
    const crop = centreCrop({ width, height }, { ...one, mean: new Array(one.channels).fill(0) });
    yield { one, result: resizeAndCrop(sourceOf(one), crop, one.interpolation) };
  }
  for (const one of evaluations) {
    const [width, height] = one.size;
    const framing = timmFraming(one, one);
    const crop = centreCrop({ width, height }, { ...framing, mean: one.mean });
    yield { one, result: resizeAndCrop(sourceOf(one), crop, framing.interpolation) };
  }
}

function sourceOf({ size: [width, height], channels, hard }: Source): Pixels {
  return noiseImage(width, height, channels, hard);
}
