import { Option } from "commander";
import type { StepRecipe } from "../../train/plan.js";
import { defaultRecipe, type PartialRecipe, type Recipe } from "../../train/recipe.js";
import { boundOf, type Field, type Range } from "../../train/recipe-field.js";
import { recipeFields } from "../../train/recipe-fields.js";
import { usualWeightDecay } from "../../train/usual-recipe.js";
import { flagOf } from "./flag-of.js";
import { number } from "./number-option.js";
import { described, type OddFlags, oddFlags } from "./odd-flags.js";

/** The flags of a recipe, as commander parsed them; undefined unless they were given. */
export type RecipeFlags = OddFlags & {
  readonly [K in Exclude<keyof Recipe, keyof typeof oddFlags | "augment">]?: Recipe[K];
};

interface OddRow {
  readonly options?: () => Option[];
  readonly read: (flags: OddFlags) => unknown;
}

const odd: { readonly [name: string]: OddRow | undefined } = oddFlags;

/** The flags of some fields of a recipe, such as `scheduling`, in the order of their rows. */
export function optionsOf(fields: Partial<typeof recipeFields>): Option[] {
  return Object.entries<Field<unknown>>(fields).flatMap(([name, field]) => {
    const options = odd[name]?.options?.();
    if (options !== undefined) return options;
    return field.value === undefined ? [] : [optionOf(name, field)];
  });
}

function optionOf(name: string, field: Field<unknown>): Option {
  const flags = `${flagOf(name)} <${field.value}>`;
  return field.choices === undefined
    ? number(flags, described(field), boundOf(field.range as Range<number> | undefined))
    : new Option(flags, described(field)).choices(field.choices);
}

/** The fields of a recipe that the flags give, and no others. @throws UserError when a flag does not parse. */
export function recipePart(flags: RecipeFlags): Partial<Recipe> {
  const plain: Readonly<Record<string, unknown>> = { ...flags };
  return given(
    Object.fromEntries(
      Object.entries<Field<unknown>>(recipeFields).map(([name, { value }]) => [
        name,
        odd[name] !== undefined ? odd[name].read(flags) : value === undefined ? undefined : plain[name],
      ]),
    ),
  );
}

/** The fields that have a value. */
export function given(recipe: PartialRecipe): Partial<Recipe> {
  return Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined));
}

/** What the flags say of a step, with the defaults. @throws UserError when a flag does not parse. */
export function stepRecipeOf(flags: RecipeFlags, batch: number): StepRecipe {
  const { momentum, nesterov } = defaultRecipe;
  const part = recipePart(flags);
  return { momentum, nesterov, weightDecay: usualWeightDecay(part.optimizer), ...part, batch };
}
