import type { Graph } from "../../graph/graph.js";
import type { Notice } from "../../notice.js";
import { type LoadedWeights, type LoadWeightsOptions, loadWeights } from "../load-weights.js";
import type { TensorListing } from "../tensor-listing.js";
import { openTensorFile } from "./open-tensor-file.js";

/** Options of `loadWeightsFile`. */
export interface LoadWeightsFileOptions extends LoadWeightsOptions {
  /** Which entry of a PyTorch checkpoint to take. */
  readonly entry?: string | undefined;
  /** Leaves out tensors that are not for the network. */
  readonly pick?: (file: TensorListing) => TensorListing;
}

/** Weights, and what else their file says. */
export interface FileWeights extends LoadedWeights {
  /** The metadata of an `.onnx` file. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Gives the parameters of a network the tensors of a file of any kind that `openTensorFile` opens, one by one. What
 * there is to tell is told when they fit: what does not is in the error.
 * @throws UserError when the file cannot be read; WeightsMismatch when it does not fit the network.
 */
export function loadWeightsFile(
  path: string,
  graph: Graph,
  { entry, pick = (file) => file, onNotice, ...options }: LoadWeightsFileOptions = {},
): FileWeights {
  return openTensorFile(path, { entry }, (file) => {
    const notices = [...file.notices];
    const collect = (notice: Notice) => notices.push(notice);
    const loaded = loadWeights(graph, pick(file), { source: path, ...options, onNotice: collect });
    for (const notice of notices) onNotice?.(notice);
    return { ...loaded, metadata: file.metadata ?? new Map<string, string>() };
  });
}
