import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import { toNumbers } from "../../graph/tensor.js";
import { insertedKey } from "../../insert/insert-attention.js";
import { headOf } from "../../read/head.js";
import type { Situation } from "../../train/usual-recipe.js";
import type { TrainableModel } from "./open-for-training.js";

/** A model that is to learn. Nothing more matters of one that starts from drawn values. */
export type Learner =
  | (Pick<TrainableModel, "graph" | "weights"> & { readonly start: "weights" })
  | { readonly start: "drawn" };

/** What the defaults of a recipe follow from: models that share one start from weights where all of them have some. */
export function situationOf(models: readonly Learner[], { train, augment }: Dataset): Situation {
  const situation = { images: train.length, augment };
  const learnt = models.flatMap((model) => (model.start === "weights" ? [model] : []));
  if (learnt.length < models.length) return { ...situation, start: "drawn" };
  return {
    ...situation,
    start: "weights",
    foldedNorms: learnt.some(hasFoldedNorms),
    head: learnt.some(({ graph }) => hasHead(graph)),
    insertedGates: learnt.some(({ graph }) => graph.metadata.has(insertedKey)),
  };
}

/** Whether the file has folded its batch norms away but for a scale and a shift: their statistics are 0 and 1. */
function hasFoldedNorms({ graph, weights }: Model): boolean {
  const norms = graph.nodes.filter(({ op }) => op === "BatchNormalization");
  const all = (name: string | undefined, value: number) => {
    const tensor = weights.get(name ?? "");
    return tensor !== undefined && toNumbers(tensor).every((element) => element === value);
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
