import type { Resampling } from "../../data/augment/resampling.js";
import { resizedSize } from "../../data/centre-crop.js";
import type { CropMode, Preprocessing, Rounding } from "../../data/preprocessing.js";
import { optionError, UserError } from "../../errors.js";
import { perChannel } from "../data/per-channel.js";

/** How photos are prepared otherwise than the model does it. */
export interface PreprocessingChanges {
  /** How much of a photo's sides the model sees, above 0, up to 1. */
  readonly cropPct?: number | undefined;
  /** What a photo of another shape loses: its edges, its shape, or nothing. */
  readonly cropMode?: CropMode | undefined;
  readonly interpolation?: Resampling | undefined;
  /** How the resized size becomes whole pixels. */
  readonly rounding?: Rounding | undefined;
  /** Of the input per channel, of pixels scaled to 0–1. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/** How photos are prepared where a model does not say it. */
const unsaid = { cropPct: 0.875, interpolation: "bilinear" } as const;

/**
 * The preprocessing of a model with what is to be changed of it.
 * @param own undefined where the model does not say it: then mean and std must be given.
 * @param input channels, height and width of the model's input.
 * @param model what errors call it.
 * @throws UserError when a change is out of range, or mean and std are unknown.
 */
export function changedPreprocessing(
  own: Preprocessing | undefined,
  changes: PreprocessingChanges,
  [channels, height, width]: readonly [number, number, number],
  model: string,
): Preprocessing {
  const { cropPct, cropMode, interpolation, rounding } = changes;
  if (cropPct !== undefined && !(cropPct > 0 && cropPct <= 1)) {
    throw optionError("cropPct", `got ${cropPct}; expected a share above 0, up to 1`);
  }
  const resize = resizedSize({ height, width }, cropPct ?? unsaid.cropPct);
  const mean = perChannel("mean", changes.mean, channels) ?? own?.mean;
  const std = perChannel("std", changes.std, channels) ?? own?.std;
  if (mean === undefined || std === undefined) {
    throw new UserError(
      `${model}: does not say how its input is normalised; give mean and std, such as 0.485,0.456,0.406 and ` +
        "0.229,0.224,0.225 where it was trained on ImageNet by PyTorch",
      { option: ["mean", "std"] },
    );
  }
  if (std.some((value) => value <= 0)) throw optionError("std", `got ${std.join(",")}; expected numbers above 0`);
  return {
    ...(own ?? { height, width, resize, interpolation: unsaid.interpolation }),
    ...(cropPct !== undefined && { resize }),
    ...(cropMode && { cropMode }),
    ...(interpolation && { interpolation }),
    ...(rounding && { rounding }),
    mean,
    std,
  };
}
