import type { CropMode } from "../../data/preprocessing.js";
import type { Graph, Weights } from "../../graph/graph.js";
import type { Opening, WeightsTaking } from "./model-query.js";
import { runFileOf, weightsSource } from "./model-source.js";

/** What is asked of weights beside where they are. */
export interface FindWeightsOptions extends Opening, WeightsTaking {
  /** The network's name in the zoo, whose family knows names of other libraries. */
  readonly model?: string | undefined;
  /** Whether the last layer starts anew for another number of classes; off unless asked for. */
  readonly renewHead?: boolean | undefined;
  /** Decides the values of a last layer that starts anew (1 by default). */
  readonly seed?: number | undefined;
  /** What becomes of photos of another shape, where a repository describes how they are prepared. */
  readonly cropMode?: CropMode | undefined;
}

/** The weights of a network, and what their source says. */
export interface FoundWeights {
  readonly weights: Weights;
  /** Parameters of a last layer that starts anew. */
  readonly renewed: readonly string[];
  /** What an `.onnx` file or a repository says of its images and classes: entries of a model's metadata. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What messages call the source. */
  readonly origin: string;
}

/**
 * Finds weights for a network: in a file of any kind that holds tensors (`.pth`, `.th`, `.pt`, `.safetensors`, its
 * `.index.json`, `.onnx`), in a run's folder, or in a repository of the hub.
 * @throws UserError when they cannot be had; WeightsMismatch when they do not fit the network.
 */
export async function findWeights(from: string, graph: Graph, options: FindWeightsOptions = {}): Promise<FoundWeights> {
  const { model, entry, prefix, renewHead = false, allowSurplus = false, seed = 1, cropMode, ...opening } = options;
  if (weightsSource(from) === "hub") {
    const { openHubFor } = await import("./open-hub.js");
    const found = await openHubFor(from, graph, { ...opening, renewHead, seed, cropMode });
    return { ...found, origin: found.label };
  }
  const { loadWeightsFile } = await import("../../weights/node/load-weights-file.js");
  const { modelEntry } = await import("../../models/index.js");
  const { onNotice } = opening;
  const alias = model === undefined ? undefined : modelEntry(model).alias;
  const path = runFileOf(from);
  const taking = { entry, prefix, allowSurplus };
  return { ...loadWeightsFile(path, graph, { alias, ...taking, renewHead, seed, onNotice }), origin: path };
}
