import { parseInput } from "../../cli/flags/options.js";
import type { Graph, Model } from "../../graph/graph.js";
import { findModel } from "./find-model.js";

/** What the flags say of a model beside its name. */
export interface ModelToExportFlags {
  readonly weights?: string | undefined;
  readonly classes?: number;
  readonly input?: string | undefined;
  readonly attention?: string;
  readonly seed: number;
}

/** A model, and where its weights come from. */
export interface ModelToExport extends Model {
  readonly origin: string;
}

/**
 * The model that a new file is made of, of any kind that `findModel` takes; a network by name alone has the first weights of a
 * seed.
 * @throws UserError when there is no such model, or flags do not fit it.
 */
export async function openModelToExport(model: string, flags: ModelToExportFlags): Promise<ModelToExport> {
  const { weights: from, classes, input, attention, seed } = flags;
  const found = await findModel(
    { model, weights: from },
    {
      network: { classes, attention },
      image: input === undefined ? undefined : parseInput(input),
      onNotice: (text) => process.stderr.write(`senet: ${text}\n`),
    },
  );
  const { name, graph, weights, origin } = found;
  if (weights === undefined) {
    const { initialise } = await import("../../graph/initialise.js");
    return { graph, weights: initialise(graph, seed), origin: `the first of seed ${seed}` };
  }
  if (name === undefined || from === undefined) return { graph, weights, origin };
  return { graph: await withPublishedCard(name, graph, origin), weights, origin };
}

/** The graph with a card, where it has none. */
async function withPublishedCard(name: string, graph: Graph, weights: string): Promise<Graph> {
  const { hasCard, withCard } = await import("../../models/card/model-card.js");
  const { publishedCard } = await import("./published-card.js");
  return hasCard(graph) ? graph : withCard(graph, await publishedCard(name, graph, weights));
}
