import type { CompareOptions } from "../../compare/compare.js";
import type { OpenOptions } from "../../data/node/open.js";
import type { Situation } from "../../train/usual-recipe.js";
import { openDataFor } from "../data/open-data-for.js";
import { modelSource } from "../model/model-source.js";
import {
  checkCompared,
  type DraftedModel,
  type ModelNotice,
  type OpenComparedOptions,
  openCompared,
} from "../model/open-compared.js";
import type { RecipeChoice } from "../model/situation-of.js";

/** What is compared on what, and how. */
export interface ComparisonRequest extends OpenComparedOptions {
  /** At least two networks by name, `.onnx` files, folders of runs or hub ids; the first is the baseline. */
  readonly models: readonly string[];
  /** The dataset as `openDataset` takes it. */
  readonly data: string;
  readonly dataOptions?: OpenOptions | undefined;
  /** The recipe as far as somebody chose it; the rest follows from the situation, see `usualRecipe`. */
  readonly recipe?: RecipeChoice | undefined;
  /** The seeds of the runs of each model. */
  readonly seeds: readonly number[];
}

/** A comparison that can begin. */
export interface PreparedComparison extends Pick<CompareOptions, "dataset" | "recipe" | "seeds"> {
  readonly models: readonly DraftedModel[];
  /** What a user should know of how the models start. */
  readonly notices: readonly ModelNotice[];
}

/**
 * Opens what a comparison needs and checks it, before anything is written.
 * @throws UserError when models or data cannot be had, or do not fit each other or the recipe.
 * @example
 * ```ts
 * import { defaultRecipe } from "senet";
 * import { prepareComparison } from "senet/node";
 *
 * const { models } = await prepareComparison({
 *   models: ["resnet20", "seresnet20"],
 *   data: "glyphs",
 *   recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 1, augment }),
 *   seeds: [1, 2, 3],
 * });
 * console.log(models.map(({ name }) => name)); // [ 'resnet20', 'seresnet20' ]
 * ```
 */
export async function prepareComparison(request: ComparisonRequest): Promise<PreparedComparison> {
  const { models: given, data, dataOptions = {}, recipe: chosen, seeds, ...options } = request;
  checkCompared(given, options.network);
  const model = given.find((name) => modelSource(name) !== "name") ?? given[0]!;
  const { network: _, unfold: __, ...opening } = options;
  const dataset = await openDataFor(model, data, { ...dataOptions, ...opening });
  const { checkRecipe } = await import("../../train/recipe.js");
  const { usualRecipe } = await import("../../train/usual-recipe.js");
  const choose = async (situation: Situation) => {
    const recipe = usualRecipe(situation, await chosen?.(situation, dataset));
    checkRecipe(recipe, dataset);
    return recipe;
  };
  const { models, notices, recipe } = await openCompared(given, dataset, choose, options);
  return { models, notices, seeds, dataset, recipe };
}
