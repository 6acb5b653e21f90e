import { Option } from "commander";
import { shareAbove0 } from "../../bounds.js";
import { type Resampling, resamplings } from "../../data/augment/resampling.js";
import { type CropMode, cropModes, type Rounding, roundings } from "../../data/preprocessing.js";
import type { PreprocessingChanges } from "../../workspace/classifier/preprocessing.js";
import type { GivenStatistics } from "../../workspace/model/open-for-training.js";
import { numbersOf } from "./number-list.js";
import { number } from "./number-option.js";
import { fitting } from "./size-option.js";

/** What says how photos are prepared otherwise than the model does, as commander parsed it. */
export interface PreprocessingFlags extends StatisticsFlags {
  readonly cropPct?: number;
  readonly cropMode?: CropMode;
  readonly interpolation?: Resampling;
  readonly rounding?: Rounding;
}

/** What says how pixels are normalised. */
export interface StatisticsFlags {
  readonly mean?: string;
  readonly std?: string;
}

/** The flags of `PreprocessingFlags`. */
export function preprocessingOptions(): Option[] {
  return [
    number(
      "--crop-pct <share>",
      "share of a photo's sides that the model sees (default: the model's own)",
      shareAbove0,
    ),
    new Option("--crop-mode <mode>", fitting("a photo", "the model's own")).choices(cropModes),
    new Option("--interpolation <name>", "filter that resizes photos (default: the model's own)").choices(resamplings),
    new Option(
      "--rounding <rule>",
      "rule by which the resized size becomes whole pixels (default: the model's own)",
    ).choices(roundings),
    new Option(
      "--mean <r,g,b>",
      "mean of each channel, for pixels from 0 to 1, such as 0.485,0.456,0.406 (default: the model's own)",
    ),
    new Option(
      "--std <r,g,b>",
      "standard deviation of each channel, such as 0.229,0.224,0.225 (default: the model's own)",
    ),
  ];
}

/** What the flags change of a model's preprocessing. @throws UserError when one does not parse. */
export function changesOf(flags: PreprocessingFlags): PreprocessingChanges {
  const { cropPct, cropMode, interpolation, rounding } = flags;
  return { cropPct, cropMode, interpolation, rounding, ...givenStatisticsOf(flags) };
}

/** Mean and std as far as the flags give them. @throws UserError when one is no list of numbers. */
export function givenStatisticsOf({ mean, std }: StatisticsFlags): GivenStatistics {
  const read = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : numbersOf(flag, text, "numbers with commas between");
  return { mean: read("--mean", mean), std: read("--std", std) };
}
