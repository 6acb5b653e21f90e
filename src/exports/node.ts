/**
 * What needs Node: files, the hub and the native engine. Everything else runs in a browser too.
 * @module senet/node
 */

export type { ImageList, ImageRef } from "../data/image-list.js";
export type { FileSplit } from "../data/node/decode/file-split.js";
export { readPhoto } from "../data/node/decode/read-photo.js";
export { type FetchDatasetOptions, fetchDataset } from "../data/node/fetch-dataset.js";
export { datasetSpecs, type OpenOptions, openDataset } from "../data/node/open.js";
export type { ImageDataset } from "../data/node/open-images.js";
export type { Environment } from "../files/node/settings.js";
export { readModel } from "../graph/node/read-model.js";
export { type WriteModelOptions, writeModel } from "../graph/node/write-model.js";
export { type NodeRuntimeOptions, nodeRuntime } from "../runtime/node/runtime.js";
export { cachedTablePath, readTable, writeTable } from "../train/node/algorithm-file.js";
export { type CheckpointFolder, checkpointFolder } from "../train/node/checkpoint-folder.js";
export type { HubOptions } from "../weights/hub/node/hub-options.js";
export { type HubSettings, hubSettings } from "../weights/hub/node/hub-settings.js";
export { type CachedModel, type CacheListing, listCache } from "../weights/hub/node/list-hub-cache.js";
export {
  type HubModel,
  type HubNetwork,
  type HubWeights,
  type OpenHubModelOptions,
  openHubModel,
  openHubNetwork,
  openHubWeights,
  type PulledModel,
  pullHubModel,
} from "../weights/hub/node/open-hub-model.js";
export { type OpenTensorFile, openTensorFile } from "../weights/node/open-tensor-file.js";
export { readSafetensorsFile, writeSafetensorsFile } from "../weights/safetensors/node/safetensors-file.js";
