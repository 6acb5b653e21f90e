import type { Graph, Model } from "../../graph/graph.js";
import type { InputSize } from "../../models/model.js";
import { findModel } from "./find-model.js";
import { type ModelQuery, type Opening, queryOf } from "./model-query.js";

/** What a model is opened for. */
export interface OpenModelOptions extends Opening {
  /** The images it will see, [C, H, W]; the model's own by default. */
  readonly image?: InputSize | undefined;
  /** Decides the first weights of a network by name that is given none (1 by default). */
  readonly seed?: number | undefined;
}

/** A model, and where its weights come from. */
export interface OpenedModel extends Model {
  readonly origin: string;
}

/**
 * Opens any model that senet knows: a network by its published name, an `.onnx` file, the folder of a run or a model of
 * the hub, with its own weights or others.
 * @returns graph and weights; a graph by name has a card where its weights are given.
 * @throws UserError when there is no such model, or its options or weights do not fit it.
 * @example
 * ```ts
 * import { openModel } from "senet/node";
 *
 * const { graph, weights } = await openModel("model.onnx"); // or the folder of a run, a hub id, { model, weights }
 * console.log(graph.outputs[0]?.shape, weights.size); // [ 'N', 26 ] 143
 * ```
 */
export async function openModel(
  model: string | ModelQuery,
  { seed = 1, ...options }: OpenModelOptions = {},
): Promise<OpenedModel> {
  const query = queryOf(model);
  const { name, graph, weights, origin } = await findModel(query, options);
  if (weights === undefined) {
    const { initialise } = await import("../../graph/initialise.js");
    return { graph, weights: initialise(graph, seed), origin: `the first of seed ${seed}` };
  }
  if (name === undefined || query.weights === undefined) return { graph, weights, origin };
  return { graph: await withPublishedCard(name, graph, origin), weights, origin };
}

/** The graph with a card, where it has none. */
async function withPublishedCard(name: string, graph: Graph, weights: string): Promise<Graph> {
  const { hasCard, withCard } = await import("../../models/card/model-card.js");
  const { publishedCard } = await import("./published-card.js");
  return hasCard(graph) ? graph : withCard(graph, await publishedCard(name, graph, weights));
}
