import { Option } from "commander";
import { bounds, reals, share, shareAbove0 } from "../../bounds.js";
import {
  type Augmentation,
  type ColorJitter,
  checkAugmentation,
  defaultCrop,
  defaultErasing,
  noAugmentation,
  type RandomErasing,
} from "../../data/augment/augmentation.js";
import { type Resampling, resamplings } from "../../data/augment/resampling.js";
import type { Dataset } from "../../data/dataset.js";
import type { ImageSize } from "../../data/image-size.js";
import type { OpenOptions } from "../../data/node/open.js";
import { type CropMode, cropModes } from "../../data/preprocessing.js";
import { UserError } from "../../errors.js";
import { workerBound } from "../../files/node/machine.js";
import { numbersOf, pairOf } from "./number-list.js";
import { number } from "./number-option.js";
import { fitting, sizeOption } from "./size-option.js";

/** How `--data` is described. */
export const dataDescription =
  "a folder with one folder of images per class, glyphs, cifar10:PATH, cifar100:PATH, mnist:DIR, fashion-mnist:DIR, imagenet:DIR, folder:DIR, csv:FILE or tar:GLOB";

/** Channels that image files have. */
export const colours = reals((value) => value === 1 || value === 3, "3 for colour or 1 for grey");

/** What says how a dataset is opened, as commander parsed it. */
export interface DataFlags {
  readonly size?: ImageSize;
  readonly channels?: 1 | 3;
  readonly cropPct?: number;
  readonly cropMode?: CropMode;
  readonly interpolation?: Resampling;
  readonly holdout?: number;
  readonly splitSeed?: number;
  readonly onBadImage?: "fail" | "skip";
  readonly dataWorkers?: number;
  readonly trainLimit?: number;
  readonly testLimit?: number;
}

/**
 * The flags of `DataFlags` but for the limits. They concern image files: the other datasets are what they are.
 * @param weights what is said of weights that know how photos are prepared, where there are some.
 */
export function dataOptions(weights?: "the weights'"): Option[] {
  const usual = (value: string) => (weights === undefined ? value : `${weights}, else ${value}`);
  return [
    sizeOption("height and width that image files are brought to", usual("224")),
    number("--channels <n>", "channels that image files are read with: 3 for colour, 1 for grey (default: 3)", colours),
    number(
      "--crop-pct <share>",
      `share of an image file's sides that is tested on (default: ${usual("0.875")})`,
      shareAbove0,
    ),
    new Option("--crop-mode <mode>", fitting("an image file", usual("center"))).choices(cropModes),
    new Option(
      "--interpolation <name>",
      `filter that resizes image files for testing (default: ${usual("bilinear")})`,
    ).choices(resamplings),
    number(
      "--holdout <share>",
      "share of each class that is kept for testing where image files have no test split (default: 0.1)",
      shareAbove0,
    ),
    number("--split-seed <n>", "number that decides which images are kept for testing (default: 1)", bounds.seed),
    new Option(
      "--on-bad-image <what>",
      "what an image file that cannot be read does: it ends the run, or is left out (default: fail)",
    ).choices(["fail", "skip"]),
    number("--data-workers <n>", "threads that decode image files (default: one per core)", workerBound()),
  ];
}

/** How the flags ask for a dataset to be opened. */
export function openOptionsOf(flags: DataFlags): OpenOptions {
  const { size, channels, cropPct, cropMode, interpolation, holdout, splitSeed, onBadImage, dataWorkers } = flags;
  return {
    size,
    channels,
    cropPct,
    cropMode,
    interpolation,
    holdout,
    splitSeed,
    onBadImage,
    workers: dataWorkers,
    trainLimit: flags.trainLimit,
    testLimit: flags.testLimit,
  };
}

/** What says how training images are varied. Names as in timm. */
export interface AugmentFlags {
  readonly augment: boolean;
  readonly scale?: string;
  readonly ratio?: string;
  readonly trainInterpolation?: "bilinear" | "bicubic" | "random";
  readonly vflip?: true;
  readonly colorJitter?: string;
  readonly aa?: string;
  readonly reprob?: number;
  readonly remode?: RandomErasing["mode"];
  readonly recount?: number;
}

/** The flags of `AugmentFlags`. */
export function augmentOptions(): Option[] {
  return [
    new Option("--no-augment", "train on the images as they are, without the dataset's own augmentation"),
    new Option("--scale <least,greatest>", "share of an image's area that a random crop takes (default: 0.08,1)"),
    new Option("--ratio <least,greatest>", "width by height of a random crop (default: 0.75,1.3333)"),
    new Option("--train-interpolation <name>", "filter that resizes random crops (default: bilinear)").choices([
      "bilinear",
      "bicubic",
      "random",
    ]),
    new Option("--vflip", "turn half of the images upside down, at random"),
    new Option(
      "--color-jitter <f>",
      "strength of random changes of brightness, contrast and saturation, or of each and of hue: 0.4 or 0.4,0.4,0.4,0.1; with --aa too, where timm leaves it out",
    ),
    new Option(
      "--aa <policy>",
      "policy of RandAugment, such as rand-m9-mstd0.5-inc1; it turns images by bilinear or bicubic interpolation at random",
    ),
    number("--reprob <p>", "probability that rectangles of an image are erased (default: 0)", share),
    new Option(
      "--remode <mode>",
      "what fills erased rectangles: the mean colour, one random colour, or noise (default: pixel)",
    ).choices(["const", "rand", "pixel"]),
    number("--recount <n>", "number of rectangles that are erased (default: 1)", bounds.rectangles),
  ];
}

/** The dataset's own augmentation with what the flags change. */
export function augmentOf(flags: AugmentFlags, dataset: Pick<Dataset, "augment">): Augmentation {
  const { scale, ratio, trainInterpolation: interpolation, vflip, colorJitter, aa, reprob, remode, recount } = flags;
  const given = [scale, ratio, interpolation, vflip, colorJitter, aa, reprob, remode, recount];
  if (!flags.augment) {
    if (given.every((value) => value === undefined)) return noAugmentation;
    throw new UserError("--no-augment: got it together with an augmentation; expected one of them");
  }
  const crop = dataset.augment.randomResizedCrop;
  const cropped = crop !== undefined || scale !== undefined || ratio !== undefined || interpolation !== undefined;
  const erased = reprob !== undefined && reprob > 0;
  if (!erased && (remode !== undefined || recount !== undefined)) {
    throw new UserError("--reprob: got no probability of random erasing; expected one with --remode or --recount");
  }
  const augment: Augmentation = {
    ...dataset.augment,
    ...(cropped && {
      randomResizedCrop: {
        ...defaultCrop,
        ...crop,
        ...(scale !== undefined && { scale: pairOf("--scale", scale, "0.08,1") }),
        ...(ratio !== undefined && { ratio: pairOf("--ratio", ratio, "0.75,1.3333") }),
        ...(interpolation && { interpolation }),
      },
    }),
    ...(vflip && { verticalFlip: true }),
    ...(colorJitter !== undefined && { colorJitter: jitterOf(colorJitter) }),
    ...(aa !== undefined && { randAugment: aa }),
    ...(erased && {
      randomErasing: {
        ...defaultErasing,
        probability: reprob,
        ...(remode && { mode: remode }),
        ...(recount !== undefined && { count: recount }),
      },
    }),
  };
  checkAugmentation(augment);
  return augment;
}

/** One number stands for brightness, contrast and saturation, as in timm. */
function jitterOf(text: string): ColorJitter {
  const expected = "one number, or three or four such as 0.4,0.4,0.4,0.1";
  const values = numbersOf("--color-jitter", text, expected, [1, 3, 4]);
  const [brightness, contrast = brightness!, saturation = brightness!, hue = 0] = values as [number, ...number[]];
  return { brightness, contrast, saturation, hue };
}
