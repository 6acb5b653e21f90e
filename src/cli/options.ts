import { availableParallelism } from "node:os";
import { Option } from "commander";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Attention, ModelOptions } from "../models/model.js";
import { defaultRecipe, type Recipe } from "../train/recipe.js";
import { scheduleNames } from "../train/schedules.js";
import { number } from "./number-option.js";
import {
  momentumOptions,
  type ScheduleFlags,
  type StepFlags,
  scheduleOptions,
  scheduleRecipeOf,
  stepOptions,
  stepRecipeOf,
} from "./recipe-options.js";

export { number };

/** What the commands that train have in common, as commander parsed it. */
export interface TrainingFlags extends StepFlags, ScheduleFlags {
  readonly data?: string;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly schedule: string;
  readonly warmup: number;
  readonly augment: boolean;
  readonly reduction?: number;
  readonly shortcut: "projection" | "A";
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly threads?: number;
  readonly checkpointEvery: string;
}

/** The flags of `TrainingFlags` with the recipe's defaults. */
export function trainingOptions(defaults: { data?: string; epochs: number; batch?: number }): Option[] {
  const recipe = { ...defaultRecipe, ...defaults };
  const data = new Option("--data <spec>", "glyphs, cifar10:PATH, cifar100:PATH, mnist:DIR or fashion-mnist:DIR");
  return [
    defaults.data === undefined ? data : data.default(defaults.data),
    number("--epochs <n>", "passes over the training images", recipe.epochs),
    number("--batch <n>", "images per step", recipe.batch),
    number("--lr <rate>", "largest learning rate", recipe.lr),
    new Option("--schedule <name>", "how the learning rate falls").choices(scheduleNames).default(recipe.schedule),
    number("--warmup <epochs>", "epochs over which the learning rate rises", recipe.warmup),
    ...scheduleOptions(),
    ...momentumOptions(),
    ...stepOptions(),
    new Option("--no-augment", "train on the images as they are"),
    number("--reduction <r>", "the r of SE blocks (default: 16)"),
    new Option("--shortcut <kind>", "past a change of shape").choices(["projection", "A"]).default("projection"),
    number("--train-limit <n>", "use only the first n training images"),
    number("--test-limit <n>", "use only the first n test images"),
    number("--threads <n>", "threads of the engine (default: all cores)"),
    new Option("--checkpoint-every <when>", "inside an epoch: steps, such as 500, or minutes, such as 10min").default(
      "10min",
    ),
  ];
}

/** When to make checkpoints: `500` counts steps, `10min` time. @throws UserError for anything else. */
export function checkpointEveryOf(text: string): { steps: number } | { minutes: number } {
  const [, digits, unit] = /^(\d*\.?\d+)(min)?$/.exec(text) ?? [];
  const value = Number(digits);
  if (value > 0 && unit === "min") return { minutes: value };
  if (value > 0 && Number.isInteger(value)) return { steps: value };
  throw new UserError(`--checkpoint-every: got "${text}"; expected steps such as 500, or minutes such as 10min`);
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
  const { epochs, batch, lr, schedule, warmup } = flags;
  const augment = flags.augment ? dataset.augment : { flip: false, pad: 0 };
  return { epochs, lr, schedule, warmup, ...scheduleRecipeOf(flags), ...stepRecipeOf(flags, batch), augment };
}

/** How the engine is opened: with all cores by default. @throws UserError when `--threads` is no number of threads. */
export function engineOptionsOf({ threads }: { readonly threads?: number }): { threads: number } {
  return { threads: wholeNumber("--threads", threads ?? availableParallelism(), 1) };
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
