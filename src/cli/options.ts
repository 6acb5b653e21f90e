import { Option } from "commander";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Attention, ModelOptions } from "../models/model.js";
import { defaultRecipe, type Recipe } from "../train/recipe.js";
import {
  type AugmentFlags,
  augmentOf,
  augmentOptions,
  type DataFlags,
  dataDescription,
  dataOptions,
} from "./data-options.js";
import { number } from "./number-option.js";

export { number };

/** What the commands that train have in common, as commander parsed it. */
export interface TrainingFlags extends DataFlags, AugmentFlags {
  readonly data: string;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly schedule: string;
  readonly warmup: number;
  readonly reduction?: number;
  readonly shortcut: "projection" | "A";
  readonly threads?: number;
}

/** The flags of `TrainingFlags` with the recipe's defaults. */
export function trainingOptions(defaults: { data?: string; epochs: number; batch?: number }): Option[] {
  const recipe = { ...defaultRecipe, ...defaults };
  const data = new Option("--data <spec>", dataDescription);
  return [
    defaults.data === undefined ? data.makeOptionMandatory() : data.default(defaults.data),
    number("--epochs <n>", "passes over the training images", recipe.epochs),
    number("--batch <n>", "images per step", recipe.batch),
    number("--lr <rate>", "largest learning rate", recipe.lr),
    number("--momentum <m>", "momentum of SGD", recipe.momentum),
    new Option("--no-nesterov", "plain momentum instead of Nesterov's"),
    number("--weight-decay <w>", "penalty on weights; biases and batch norm are left out", recipe.weightDecay),
    new Option("--schedule <name>", "how the learning rate falls")
      .choices(["cosine", "step", "constant"])
      .default(recipe.schedule),
    number("--warmup <epochs>", "epochs over which the learning rate rises", recipe.warmup),
    ...augmentOptions(),
    number("--reduction <r>", "the r of SE blocks (default: 16)"),
    new Option("--shortcut <kind>", "past a change of shape").choices(["projection", "A"]).default("projection"),
    ...dataOptions(),
    number("--train-limit <n>", "use only n training images: the first, of image files evenly spread ones"),
    number("--test-limit <n>", "use only n test images, likewise"),
    number("--threads <n>", "threads of the engine (default: all cores)"),
  ];
}

/** Whole numbers from `least`: `wholeNumber("--seed", 3)`. @throws UserError for anything else. */
export function wholeNumber(flag: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UserError(`${flag}: got ${value}; expected a whole number from ${least}`);
  }
  return value;
}

/** The recipe that the flags and the dataset's own augmentation make. */
export function recipeOf(flags: TrainingFlags, dataset: Dataset): Recipe {
  const { epochs, batch, lr, momentum, nesterov, weightDecay, schedule, warmup } = flags;
  const augment = augmentOf(flags, dataset);
  return { epochs, batch, lr, momentum, nesterov, weightDecay, schedule, warmup, augment };
}

/** How the engine is opened. @throws UserError when `--threads` is no number of threads. */
export function engineOptionsOf({ threads }: { readonly threads?: number }): { threads?: number } {
  return threads === undefined ? {} : { threads: wholeNumber("--threads", threads, 1) };
}

/**
 * What the flags say about the network itself. `--reduction` speaks of SE networks only.
 * @throws UserError when the reduction is not above 0, or there are no SE blocks to apply it to.
 */
export function modelOptionsOf(
  { reduction, shortcut }: Pick<TrainingFlags, "reduction" | "shortcut">,
  kind: "none" | "se",
): Pick<ModelOptions, "attention" | "shortcut"> {
  if (reduction !== undefined && !(reduction > 0)) {
    throw new UserError(`--reduction: got ${reduction}; expected a number above 0 such as 16`);
  }
  if (reduction !== undefined && kind === "none") {
    throw new UserError(
      "--reduction: got a network without SE blocks; expected one such as seresnet20, or no --reduction",
    );
  }
  const attention: Attention | undefined = reduction === undefined ? undefined : { kind: "se", reduction };
  return { shortcut, ...(attention && { attention }) };
}
