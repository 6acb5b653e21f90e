import type { Dataset } from "../../data/dataset.js";
import type { OpenOptions } from "../../data/node/open.js";
import type { Graph, Model, Weights } from "../../graph/graph.js";
import type { Notice } from "../../notice.js";
import type { StepDraft } from "../../step/training-step.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import { openDataFor } from "../data/open-data-for.js";
import { checkTrainingMemory } from "../model/check-memory.js";
import type { ModelQuery, Opening } from "../model/model-query.js";
import { modelSource } from "../model/model-source.js";
import { checkAnew, type GivenStatistics, openForTraining, type PreparedBy } from "../model/open-for-training.js";
import type { RecipeChoice } from "../model/situation-of.js";
import type { TimeBudget, TimedTraining } from "./epochs-within.js";
import { type UnfoldSettings, unfoldBatchNorms } from "./unfold-batch-norms.js";

/** What is trained on what, and how. */
export interface TrainingRequest extends Opening {
  readonly query: ModelQuery;
  /** The dataset as `openDataset` takes it, such as `folder:photos`. */
  readonly data: string;
  readonly dataOptions?: OpenOptions | undefined;
  /** The recipe as far as somebody chose it; the rest follows from the situation, see `usualRecipe`. */
  readonly recipe?: RecipeChoice | undefined;
  /** Threads of the engine that looks at training images before (all cores by default). */
  readonly threads?: number | undefined;
  /** Whether it will compute parts of the forward pass again, which takes less memory. */
  readonly recompute?: boolean | undefined;
  /** How long it may take, in the place of the recipe's epochs. */
  readonly budget?: TimeBudget | undefined;
  /** Decides initial weights, order and augmentation. */
  readonly seed: number;
  /** Mean and std that images are normalised by, in the place of the weights' own or the dataset's. */
  readonly statistics?: GivenStatistics | undefined;
  /** The output that is trained, by name, where a file has several that may be. */
  readonly output?: string | undefined;
  /** Patterns of a file's settings, such as a mean, that learn all the same. */
  readonly learnBuffers?: readonly string[] | undefined;
  /** Where batch norms that a file has folded away are put back. */
  readonly unfold?: UnfoldSettings | undefined;
}

/** A training that can begin. */
export interface PreparedTraining {
  /** What the query calls the model. */
  readonly model: string;
  /** With its card. */
  readonly graph: Graph;
  /** Its training step by the recipe. */
  readonly draft: StepDraft;
  /** The weights it starts from; asked for where a run begins, not where it goes on. */
  readonly start: () => Promise<Weights>;
  /** What a user should know of how it starts. */
  readonly notices: readonly Notice[];
  /** Its images are prepared as the trained model will want them. */
  readonly dataset: Dataset;
  readonly preparedBy: PreparedBy;
  /** What the recipe follows from where nobody chose it. */
  readonly situation: Situation;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Steps of an epoch. */
  readonly steps: number;
}

/**
 * Opens what a training needs and checks it, before anything is written.
 * @throws UserError when model or data cannot be had, or do not fit each other or the recipe.
 * @example
 * ```ts
 * import { defaultRecipe } from "senet";
 * import { prepareTraining } from "senet/node";
 *
 * const { graph, steps } = await prepareTraining({
 *   query: { model: "resnet20" },
 *   data: "glyphs",
 *   dataOptions: { trainLimit: 64, testLimit: 32 },
 *   recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 1, batch: 32, augment }),
 *   seed: 1,
 * });
 * console.log(graph.outputs[0]?.shape, steps); // [ 'N', 26 ] 2
 * ```
 */
export async function prepareTraining(request: TrainingRequest): Promise<PreparedTraining> {
  const { query, data, dataOptions = {}, seed, statistics: given, unfold, budget, ...rest } = request;
  const { recipe: chosen, threads, recompute, ...opening } = rest;
  const { model } = query;
  if (modelSource(model) === "name") {
    const { modelEntry } = await import("../../models/index.js");
    modelEntry(model); // an unknown name is told before data is read
  }
  const opened = await openDataFor(query, data, { ...dataOptions, ...opening, statistics: given });
  const { situationOf } = await import("../model/situation-of.js");
  const { mayLearnHeadAlone, usualRecipe } = await import("../../train/usual-recipe.js");
  const { withCard } = await import("../../models/card/model-card.js");
  const { checkRecipe } = await import("../../train/recipe.js");
  const { draftTraining } = await import("../../train/plan.js");
  const { stepsPerEpoch } = await import("../../train/epoch.js");
  const { trainedCard } = await import("../../compare/trained-card.js");
  const trainable = await openForTraining(query, opened, { ...opening, seed, statistics: given });
  const { statistics, preparedBy, anew } = trainable;
  const dataset = { ...opened, ...statistics };
  const before = situationOf([trainable], dataset);
  const said = (await chosen?.(before, dataset)) ?? {};
  const asked = !unfold && mayLearnHeadAlone(before, said);
  const situation = asked ? { ...before, apart: await apart(trainable, dataset, threads, opening.signal) } : before;
  const usual = usualRecipe(situation, said);
  checkRecipe(usual, dataset);
  await checkTrainingMemory(trainable.graph, usual.batch, recompute);
  const {
    graph: bare,
    start,
    notices,
  } = unfold
    ? await unfoldBatchNorms(trainable, dataset, usual, unfold)
    : { ...trainable, start: async () => trainable.weights };
  // Patterns that fit nothing and operators without a gradient show here.
  const draft = draftTraining(bare, usual);
  checkAnew(model, anew, draft);
  const tests = usual.ema === undefined ? 1 : 2; // the weights and their average
  const recipe = budget
    ? await within(budget, { graph: bare, weights: await start(), draft, dataset, recipe: usual, seed, tests })
    : usual;
  const graph = withCard(bare, trainedCard(dataset, recipe, model, seed));
  const steps = stepsPerEpoch({ dataset, recipe });
  return { model, graph, draft, start, notices, dataset, preparedBy, situation, recipe, seed, steps };
}

/** The recipe with as many epochs as fit into the time. */
async function within(budget: TimeBudget, training: TimedTraining): Promise<Recipe> {
  const { epochsWithin, withEpochs } = await import("./epochs-within.js");
  return withEpochs(training.recipe, await epochsWithin([training], budget));
}

/** How well the weights tell the images of the classes apart. */
async function apart(model: Model, dataset: Dataset, threads?: number, signal?: AbortSignal): Promise<number> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { toldApart } = await import("../model/told-apart.js");
  const runtime = nodeRuntime({ threads });
  try {
    return await toldApart(runtime, model, dataset, signal);
  } finally {
    await runtime.close();
  }
}
