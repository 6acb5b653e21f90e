/**
 * Weights of others: safetensors files and PyTorch checkpoints as data, and which of their tensors is which parameter.
 * @module senet/weights
 */

export { type ByteSource, memorySource } from "../files/byte-source.js";
export { type HubId, parseHubId } from "../weights/hub/hub-id.js";
export { parseTimmConfig, type TimmConfig } from "../weights/hub/timm-config.js";
export { type LoadedWeights, type LoadWeightsOptions, loadWeights, WeightsMismatch } from "../weights/load-weights.js";
export type { NameMatch } from "../weights/match-names.js";
export { openPth, type PthOptions, readPth } from "../weights/pth/pth.js";
export { readSafetensors, writeSafetensors } from "../weights/safetensors/safetensors.js";
export {
  type ListedTensor,
  listingOf,
  readAll,
  type TensorFile,
  type TensorListing,
} from "../weights/tensor-listing.js";
