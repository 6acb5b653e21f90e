import type { CompareOptions } from "../../compare/compare-options.js";
import type { OpenOptions } from "../../data/node/open.js";
import type { Recipe } from "../../train/recipe.js";
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
import type { TimeBudget, TimedTraining } from "./epochs-within.js";

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
  /** How long it may take, in the place of the recipe's epochs. */
  readonly budget?: TimeBudget | undefined;
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
  const { models: given, data, dataOptions = {}, recipe: chosen, seeds, budget, ...options } = request;
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
  const { models, notices, recipe: usual } = await openCompared(given, dataset, choose, options);
  const prepared = { models, notices, seeds, dataset };
  return { ...prepared, recipe: budget ? await within(budget, prepared, usual) : usual };
}

/** The recipe with as many epochs as fit into the time, beside what is measured of the trained models. */
async function within(
  budget: TimeBudget,
  { models, seeds, dataset }: Omit<PreparedComparison, "recipe" | "notices">,
  recipe: Recipe,
): Promise<Recipe> {
  const { epochsWithin, withEpochs } = await import("./epochs-within.js");
  const { timedImages } = await import("../../compare/compare.js");
  const seed = seeds[0]!;
  const trainings: TimedTraining[] = [];
  for (const { graph, draft, start, statistics } of models) {
    const weights = await start(seed);
    trainings.push({ graph, draft, weights, dataset: { ...dataset, ...statistics }, recipe, seed });
  }
  // Gates are measured on all test images for every seed, and the speed on some.
  const answered = seeds.length * dataset.test.length + timedImages;
  return withEpochs(recipe, await epochsWithin(trainings, budget, { runs: seeds.length, answered }));
}
