import type { CropMode } from "../../data/preprocessing.js";
import type { Graph } from "../../graph/graph.js";
import type { ModelCard } from "../../models/card/model-card.js";
import type { FoundModel } from "./find-model.js";

/** What is known of a model's images and classes. */
export interface KnownCard {
  readonly card: ModelCard;
  /** Who says it: the file or repository of the weights, or what is published of the network's name. */
  readonly by: "weights" | "published";
}

/**
 * What a model with weights says of its images and classes, or what is published of its name. Every command and the
 * library ask here, so that photos are prepared alike for training and for answers.
 * @param found the model; without weights it knows nothing.
 * @param cropMode what becomes of photos of another shape.
 */
export async function knownCard(
  {
    name,
    graph,
    weights,
    origin,
  }: Pick<FoundModel, "name" | "origin"> & {
    /** Of a file that is only asked, what it says beside its graph. */
    readonly graph: Graph | Pick<Graph, "metadata">;
    readonly weights: unknown;
  },
  cropMode?: CropMode,
): Promise<KnownCard | undefined> {
  if (weights === undefined) return undefined;
  const card = await cardIn(graph);
  if (card !== undefined) return { card, by: "weights" };
  if (name === undefined || !("nodes" in graph)) return undefined;
  const { publishedCard } = await import("./published-card.js");
  return { card: await publishedCard(name, graph, origin, cropMode), by: "published" };
}

/** The card of a graph that has one. */
export async function cardIn(graph: Pick<Graph, "metadata">): Promise<ModelCard | undefined> {
  const { hasCard, readCard } = await import("../../models/card/model-card.js");
  return hasCard(graph) ? readCard(graph) : undefined;
}
