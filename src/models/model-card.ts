import { z } from "zod";
import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";

const card = z.object({
  /** The names of the classes, in the order of the logits. */
  classes: z.array(z.string()).min(1),
  /** What normalises pixels scaled to 0–1, per channel. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
  /** Where the weights come from. */
  provenance: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** What a model file says about itself beside its graph: enough to feed it images and to name its answers. */
export type ModelCard = z.infer<typeof card>;

/** The entry of an ONNX file's `metadata_props` that holds the card as JSON. */
const key = "senet.card";

/** The graph with a card, which `writeOnnx` stores in the file. */
export function withCard(graph: Graph, value: ModelCard): Graph {
  return { ...graph, metadata: new Map([...graph.metadata, [key, JSON.stringify(value)]]) };
}

/** The card of a graph that was read from a file, if it has one. @throws UserError when it is damaged. */
export function readCardIfAny(graph: Graph): ModelCard | undefined {
  return graph.metadata.has(key) ? readCard(graph) : undefined;
}

/** The card of a graph that was read from a file. @throws UserError when there is none, or it is damaged. */
export function readCard(graph: Graph): ModelCard {
  const text = graph.metadata.get(key);
  if (text === undefined) {
    throw new UserError(
      `the model file has no "${key}" entry; expected one written by senet train, or by senet convert with --mean and --std`,
    );
  }
  try {
    return card.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(
      `the model file's "${key}" entry is damaged: ${error instanceof Error ? error.message : error}`,
    );
  }
}
