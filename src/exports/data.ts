/**
 * Images: datasets and their batches, augmentation, and how a photo becomes a network's input.
 * @module senet/data
 */

export type { Interpolation } from "../data/augment/affine.js";
export {
  type Augmentation,
  type ColorJitter,
  defaultCrop,
  defaultErasing,
  noAugmentation,
  type RandomErasing,
  type RandomResizedCrop,
} from "../data/augment/augmentation.js";
export type { Mix } from "../data/augment/mix.js";
export type { CanvasPixels, Pixels } from "../data/augment/pixels.js";
export type { Resampling } from "../data/augment/resampling.js";
export { type Box, type ResizeOptions, resize } from "../data/augment/resize.js";
export type { CropWindow, Extent } from "../data/augment/window.js";
export type { Batch } from "../data/batch.js";
export { type CentreCrop, centreCrop, resizedSize } from "../data/centre-crop.js";
export { type Dataset, type DatasetParts, defineDataset, type Limits, type MemoryDataset } from "../data/dataset.js";
export type { Geometry, ImageSet, PixelArray, Statistics } from "../data/image-set.js";
export type { ImageSize } from "../data/image-size.js";
export { type MemorySplit, memorySplit } from "../data/memory-split.js";
export { preprocess } from "../data/preprocess.js";
export type { CropMode, Preprocessing, Rounding } from "../data/preprocessing.js";
export type { BatchOptions, Share, Split } from "../data/split.js";
export type { Views } from "../data/views.js";
