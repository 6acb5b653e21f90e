import type { CropMode } from "../../data/preprocessing.js";
import type { Graph } from "../../graph/graph.js";
import { cardEntries, type ModelCard } from "../../models/card/model-card.js";
import { publishedPreprocessing } from "../../models/card/published-preprocessing.js";
import { cifarClassNames, usualClassNames } from "../classifier/class-names.js";

/**
 * Says of a network of the zoo what its file would say: its photos are prepared as for its published weights, its
 * classes are called as theirs where there are as many.
 * @param weights where its weights come from.
 * @param cropMode what becomes of photos of another shape.
 */
export async function publishedCard(
  name: string,
  graph: Graph,
  weights: string,
  cropMode?: CropMode,
): Promise<ModelCard> {
  const [channels, height, width] = graph.inputs[0]!.shape.slice(1).map(Number);
  const count = Number(graph.outputs[0]!.shape.at(-1));
  return {
    classes: [...(cifarClassNames(count, height!) ?? (await usualClassNames(count)))],
    ...cardEntries(publishedPreprocessing(name, [channels!, height!, width!], cropMode)),
    provenance: { model: name, weights },
  };
}
