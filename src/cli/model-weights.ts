import type { Graph } from "../graph/graph.js";
import type { LoadedWeights } from "../weights/load-weights.js";

/** What `--weights` may be asked. */
export interface ModelWeightsOptions {
  /** The network's name in the zoo, whose family knows names of other libraries. */
  readonly model?: string | undefined;
  /** Which entry of a PyTorch checkpoint to take. */
  readonly entry?: string | undefined;
  /** Whether the last layer starts anew for another number of classes; on unless declined. */
  readonly renewHead?: boolean;
  readonly allowSurplus?: boolean;
  readonly seed?: number;
  readonly onNotice?: (text: string) => void;
}

/**
 * The weights of a network out of a file of any kind that holds tensors: `.pth`, `.th`, `.pt`, `.safetensors`, its
 * `.index.json`, or `.onnx`.
 * @throws UserError when the file cannot be read; WeightsMismatch when it does not fit the network.
 */
export async function readModelWeights(
  path: string,
  graph: Graph,
  { model, entry, onNotice, ...options }: ModelWeightsOptions = {},
): Promise<LoadedWeights> {
  const { openTensorFile } = await import("../weights/node/open-tensor-file.js");
  const { loadWeights } = await import("../weights/load-weights.js");
  const { modelEntry } = await import("../models/index.js");
  const alias = model === undefined ? undefined : modelEntry(model).alias;
  return openTensorFile(path, { entry }, (file) => {
    for (const notice of file.notices) onNotice?.(notice);
    return loadWeights(graph, file, { ...options, source: path, alias, ...(onNotice && { onNotice }) });
  });
}
