import { Option } from "commander";
import { type Resampling, resamplings } from "../../data/augment/resampling.js";
import { resizedSize } from "../../data/centre-crop.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { type CropMode, cropModes, type Rounding, roundings } from "../../data/preprocessing.js";
import { UserError } from "../../errors.js";
import { numbersOf } from "./number-list.js";
import { number } from "./number-option.js";

/** What says how photos are prepared otherwise than the model does, as commander parsed it. */
export interface PreprocessingFlags {
  readonly cropPct?: number;
  readonly cropMode?: CropMode;
  readonly interpolation?: Resampling;
  readonly rounding?: Rounding;
  readonly mean?: string;
  readonly std?: string;
}

/** The flags of `PreprocessingFlags`. */
export function preprocessingOptions(): Option[] {
  return [
    number("--crop-pct <share>", "how much of a photo's sides the model sees (default: the model's own)"),
    new Option("--crop-mode <mode>", "what a photo of another shape loses: its edges, its shape, or nothing").choices(
      cropModes,
    ),
    new Option("--interpolation <name>", "how photos are resized (default: the model's own)").choices(resamplings),
    new Option("--rounding <rule>", "how the resized size becomes whole pixels (default: the model's own)").choices(
      roundings,
    ),
    new Option("--mean <numbers>", "of the input per channel, such as 0.485,0.456,0.406 (default: the model's own)"),
    new Option("--std <numbers>", "its standard deviation, such as 0.229,0.224,0.225"),
  ];
}

/** How photos are prepared where a model does not say it. */
const unsaid = { cropPct: 0.875, interpolation: "bilinear" } as const;

/**
 * The preprocessing of a model with what the flags change of it.
 * @param own undefined where the model does not say it: then the flags must give mean and std.
 * @param input channels, height and width of the model's input.
 * @throws UserError when a flag is out of range, or mean and std are unknown.
 */
export function withFlags(
  own: Preprocessing | undefined,
  flags: PreprocessingFlags,
  [channels, height, width]: readonly [number, number, number],
  model: string,
): Preprocessing {
  const { cropPct, cropMode, interpolation, rounding } = flags;
  if (cropPct !== undefined && !(cropPct > 0 && cropPct <= 1)) {
    throw new UserError(`--crop-pct: got ${cropPct}; expected a share above 0, up to 1`);
  }
  const resize = resizedSize({ height, width }, cropPct ?? unsaid.cropPct);
  const mean = numbers("mean", flags, channels) ?? own?.mean;
  const std = numbers("std", flags, channels) ?? own?.std;
  if (mean === undefined || std === undefined) {
    throw new UserError(
      `${model}: does not say how its input is normalised; give --mean and --std, such as ` +
        "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 where it was trained on ImageNet by PyTorch",
    );
  }
  if (std.some((value) => value <= 0)) throw new UserError(`--std: got ${flags.std}; expected numbers above 0`);
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

function numbers(name: "mean" | "std", flags: PreprocessingFlags, channels: number): number[] | undefined {
  const text = flags[name];
  const count = channels === 1 ? "one number" : `${channels} numbers with commas between`;
  return text === undefined ? undefined : numbersOf(`--${name}`, text, count, [channels]);
}
