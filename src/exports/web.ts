/**
 * What needs a page: the engine in a worker, photos from wherever a page gets them, and files that it keeps. It stands
 * beside `senet`, whose functions run there as they are.
 * @module senet/web
 */

export type { FileSplit } from "../data/decode/file-split.js";
export type { ImageList, ImageRef } from "../data/image-list.js";
export { type ImageSource, imagesOf, pixelsOfFrame } from "../data/web/images-of.js";
export type { PageImage } from "../data/web/page-image.js";
export { type PhotoDataset, type PhotoDatasetOptions, photoDataset } from "../data/web/photo-dataset.js";
export { openPhotoStore, type PhotoStore } from "../data/web/photo-store.js";
export type { WebDevice } from "../runtime/web/find-device.js";
export { type WebRuntime, type WebRuntimeOptions, webRuntime } from "../runtime/web/web-runtime.js";
