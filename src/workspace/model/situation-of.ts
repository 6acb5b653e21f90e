import type { Augmentation } from "../../data/augment/augmentation.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import { toNumbers } from "../../graph/tensor.js";
import { insertedKey } from "../../insert/insert-attention.js";
import { headOf } from "../../read/head.js";
import type { PartialRecipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import type { TrainableModel } from "./open-for-training.js";

/** What somebody chooses of a recipe, given what the rest will follow from. */
export type RecipeChoice = (situation: Situation, dataset: Dataset) => PartialRecipe | Promise<PartialRecipe>;

/** A model that is to learn. Nothing more matters of one that starts from drawn values. */
export type Learner =
  | (Pick<TrainableModel, "graph" | "weights"> & { readonly start: "weights" })
  | { readonly start: "drawn" };

/** What the defaults of a recipe follow from: models that share one start from weights where all of them have some. */
export function situationOf(models: readonly Learner[], { train, augment }: Dataset): Situation {
  const situation = { images: train.length };
  const learnt = models.flatMap((model) => (model.start === "weights" ? [model] : []));
  if (learnt.length < models.length) return { ...situation, start: "drawn", augment };
  return {
    ...situation,
    start: "weights",
    augment: milder(augment),
    foldedNorms: learnt.some(hasFoldedNorms),
    head: learnt.some(({ graph }) => hasHead(graph)),
    insertedGates: learnt.some(({ graph }) => graph.metadata.has(insertedKey)),
  };
}

/** Whether the file has folded its batch norms away but for a shift: their statistics are 0, and 1 less the epsilon. */
function hasFoldedNorms({ graph, weights }: Model): boolean {
  const norms = graph.nodes.filter(({ op }) => op === "BatchNormalization");
  const all = (name: string | undefined, about: number) => {
    const tensor = weights.get(name ?? "");
    return tensor !== undefined && toNumbers(tensor).every((value) => Math.abs(value - about) <= 0.01);
  };
  return norms.length > 0 && norms.every(({ inputs: [, , , mean, variance] }) => all(mean, 0) && all(variance, 1));
}

function hasHead(graph: Graph): boolean {
  try {
    return headOf(graph).length > 0;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Weights that have learnt are better shown most of a photo: crops of a tenth are for millions of photos. */
function milder(augment: Augmentation): Augmentation {
  const { randomResizedCrop: crop } = augment;
  if (crop === undefined) return augment;
  return { ...augment, randomResizedCrop: { ...crop, scale: [Math.max(LEAST_SHARE, crop.scale[0]), crop.scale[1]] } };
}

/** The smallest share of a photo's area that fine-tuning shows. */
const LEAST_SHARE = 0.5;
