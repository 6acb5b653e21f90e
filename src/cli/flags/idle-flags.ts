import type { Dataset } from "../../data/dataset.js";
import { isFileSplit } from "../../data/decode/file-split.js";
import { UserError } from "../../errors.js";
import type { PartialRecipe, Recipe } from "../../train/recipe.js";
import { type Situation, usualRecipe } from "../../train/usual-recipe.js";
import type { DataFlags } from "./data-options.js";
import { recipeOf, type TrainingFlags } from "./options.js";
import type { RecipeFlags } from "./recipe-options.js";

/** What a flag needs to do something. */
interface Need {
  readonly holds: (recipe: Partial<Recipe>, flags: RecipeFlags) => boolean;
  /** What is said where that does not hold. */
  readonly says: string;
}

const without = (needed: string) => `got it without ${needed}, and so without effect; give both or none`;

const schedule = (...names: readonly string[]): Need => ({
  holds: (recipe) => names.includes(recipe.schedule ?? ""),
  says: without(`--schedule ${names.join(" or ")}`),
});
const optimizer = (...names: readonly string[]): Need => ({
  holds: (recipe) => names.includes(recipe.optimizer ?? "sgd"),
  says: without(`--opt ${names.join(" or ")}`),
});
const averaged: Need = { holds: (_, { modelEma }) => modelEma === true, says: without("--model-ema") };

/** What flags of a recipe need to do something. A recipe in a file may say more than it uses; a typed flag has a wish. */
const needs: { readonly [K in keyof RecipeFlags]?: Need } = {
  warmup: {
    holds: ({ warmup, schedule }) => warmup === 0 || schedule !== "onecycle",
    says: "got it with --schedule onecycle, which rises by itself; leave it out, or give --pct-start",
  },
  warmupLr: {
    holds: ({ warmup = 0, schedule }) => warmup > 0 && schedule !== "onecycle",
    says: without("--warmup"),
  },
  minLr: schedule("cosine", "plateau"),
  milestones: schedule("step"),
  decayEpochs: schedule("step"),
  decayRate: schedule("step", "plateau"),
  patience: {
    ...schedule("plateau"),
    says: `${without("--schedule plateau")}; to end a run early, --stop-after`,
  },
  pctStart: schedule("onecycle"),
  mixupProb: { holds: ({ mixup = 0, cutmix = 0 }) => mixup > 0 || cutmix > 0, says: without("--mixup or --cutmix") },
  mixupSwitchProb: {
    holds: ({ mixup = 0, cutmix = 0 }) => mixup > 0 && cutmix > 0,
    says: without("both --mixup and --cutmix"),
  },
  momentum: optimizer("sgd", "rmsproptf"),
  nesterov: {
    holds: ({ optimizer = "sgd", nesterov }) => optimizer === "sgd" || !nesterov,
    says: without("--opt sgd"),
  },
  optBetas: optimizer("adam", "adamw", "lamb"),
  optEps: optimizer("adam", "adamw", "lamb", "rmsproptf"),
  clipMode: { holds: (_, { clipGrad }) => clipGrad !== undefined, says: without("--clip-grad") },
  bceTargetThresh: { holds: ({ loss }) => loss === "bce", says: without("--bce-loss") },
  modelEmaDecay: averaged,
  modelEmaWarmup: averaged,
};

/** The recipe of the flags, each of which does something. @throws UserError as `recipeOf`, and for one that does not. */
export async function effectiveRecipeOf(
  flags: TrainingFlags,
  situation: Situation,
  dataset: Dataset,
): Promise<PartialRecipe> {
  refuseIdleForData(flags, dataset);
  const recipe = await recipeOf(flags, situation);
  refuseIdle(flags, usualRecipe(situation, recipe));
  return recipe;
}

/**
 * Refuses flags of a recipe that would do nothing.
 * @param recipe the recipe that they are part of.
 * @throws UserError when one lacks what it needs.
 */
export function refuseIdle(flags: RecipeFlags, recipe: Partial<Recipe>): void {
  const given: Readonly<Record<string, unknown>> = { ...flags };
  for (const [key, { holds, says }] of Object.entries(needs)) {
    if (given[key] === undefined || holds(recipe, flags)) continue;
    throw new UserError(`${flagNamed(key)}: ${says}`);
  }
}

/** Flags that say how image files become images of one size. */
const ofImageFiles = ["size", "channels", "cropPct", "cropMode", "interpolation", "holdout", "splitSeed"] as const;

/**
 * Refuses flags that only image files heed, for a dataset of images of one size, and those of a split, for one that
 * has its split.
 * @throws UserError likewise.
 */
export function refuseIdleForData(
  flags: Pick<DataFlags, (typeof ofImageFiles)[number]>,
  { name, height, width, test }: Pick<Dataset, "name" | "height" | "width" | "test">,
): void {
  if (isFileSplit(test)) {
    const split = test.heldOut
      ? undefined
      : (["holdout", "splitSeed"] as const).find((key) => flags[key] !== undefined);
    if (split === undefined) return;
    throw new UserError(
      `${flagNamed(split)}: got it with ${name}, which has a test split of its own; ` +
        "leave it out, or give a folder that holds training images alone",
    );
  }
  const idle = ofImageFiles.find((key) => flags[key] !== undefined);
  if (idle === undefined) return;
  throw new UserError(
    `${flagNamed(idle)}: got it with ${name}, whose images are ${height}x${width} and have their split; ` +
      "leave it out, it is for image files",
  );
}

/** `--min-lr` of `minLr`. */
function flagNamed(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
