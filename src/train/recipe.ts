import { checkAugmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { UserError, valueError } from "../errors.js";
import { type Field, isFloat32, limitless, type Surroundings } from "./recipe-field.js";
import { recipeFields } from "./recipe-fields.js";

type Fields = typeof recipeFields;

/** What every recipe says; the other fields have a default where they are used. */
const needed = [
  "epochs",
  "batch",
  "lr",
  "momentum",
  "nesterov",
  "weightDecay",
  "schedule",
  "warmup",
  "augment",
] as const;

type Needed = (typeof needed)[number];

// Of any rows: only so do the comments of these become those of the recipe's fields.
type Values<Rows, K extends keyof Rows> = { readonly [P in K]: ValueOf<Rows[P]> };
type SomeValues<Rows, K extends keyof Rows> = { readonly [P in K]?: ValueOf<Rows[P]> | undefined };
type ValueOf<F> = F extends Field<infer T> ? T : never;

/**
 * How a model is trained. The same recipe and seed give the same weights on the same machine. Names as in timm; what is
 * left out has timm's or PyTorch's default.
 * @interface
 */
export type Recipe = Values<Fields, Needed> & SomeValues<Fields, Exclude<keyof Fields, Needed>>;

/**
 * Some fields of a recipe.
 * @interface
 */
export type PartialRecipe = SomeValues<Fields, keyof Fields>;

const { batch, lr, momentum, nesterov, weightDecay, schedule, warmup } = recipeFields;

/** A recipe that suits small images and few epochs. */
export const defaultRecipe: Omit<Recipe, "epochs" | "augment"> = {
  batch: batch.default!,
  lr: lr.default!,
  momentum: momentum.default!,
  nesterov: nesterov.default!,
  weightDecay: weightDecay.default!,
  schedule: schedule.default!,
  warmup: warmup.default!,
};

/** Whether these fields are all that every recipe says. */
export function isRecipe(given: PartialRecipe): given is Recipe {
  return needed.every((name) => given[name] !== undefined);
}

/** True where the images of a batch are mixed, so that each has two labels. */
export function mixes({ mixup = 0, cutmix = 0 }: Pick<Recipe, "mixup" | "cutmix">): boolean {
  return mixup > 0 || cutmix > 0;
}

/** @throws UserError when a number of the recipe is out of range or does not fit the data. */
export function checkRecipe(recipe: Recipe, { train }: Pick<Dataset, "train">): void {
  checkAugmentation(recipe.augment);
  if (train.length === 0) {
    throw new UserError("train: got no training images; give a dataset that has some, or hold fewer out", {
      option: "holdout",
    });
  }
  refuseFirst("train", recipe, { ...recipe, images: train.length });
}

/** @throws UserError when a number of the recipe of a step is out of range. */
export function checkStepRecipe(recipe: PartialRecipe): void {
  refuseFirst("training step", recipe, limitless);
}

function refuseFirst(where: string, recipe: PartialRecipe, among: Surroundings): void {
  for (const [name, { range }] of Object.entries<Field<unknown>>(recipeFields)) {
    const value = recipe[name as keyof Fields];
    if (value === undefined) continue;
    if (range !== undefined && !range.holds(value, among)) {
      throw valueError(where, name, range.shown(value), range.expected(among));
    }
    if (typeof value === "number" && !isFloat32(value)) {
      throw valueError(where, name, value, "a number that float32 has");
    }
  }
}
