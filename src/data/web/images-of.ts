import { UserError } from "../../errors.js";
import { imageName } from "../formats/image-format.js";
import type { PageImage } from "./page-image.js";
import { zippedImages } from "./zipped-images.js";

/** What a page gets images from. */
export type ImageSource =
  | File
  | Iterable<File>
  | DataTransfer
  | FileSystemFileHandle
  | FileSystemDirectoryHandle
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement;

/** What systems put beside images: copies of them, and what is no image. */
const hidden = /(^|\/)(\.[^/]*|__MACOSX|@eaDir)(\/|$)/;

/**
 * The images that a page was given: files of an `<input>`, with folders where it asks for one (`webkitdirectory`); what
 * was dropped on it, folders included; zip archives, of which nothing but the images is unpacked; folders that the user
 * opened; and what a canvas, a bitmap or a webcam's video shows at the moment, as PNG.
 *
 * A drop's files are there only while its event is handled: call this at once, and go through it later.
 * @throws UserError on the way, for an archive that cannot be read.
 * @example
 * ```ts
 * import { imagesOf, photoDataset } from "senet/web";
 *
 * document.addEventListener("drop", async (event) => {
 *   event.preventDefault();
 *   if (event.dataTransfer) {
 *     const dataset = await photoDataset(imagesOf(event.dataTransfer), { size: 64 });
 *     console.log(dataset.classes);
 *   }
 * });
 * ```
 */
export function imagesOf(...sources: readonly ImageSource[]): AsyncGenerator<PageImage, void, undefined> {
  const taken = sources.map(taking);
  return (async function* () {
    for (const images of taken) {
      for await (const image of images()) if (!hidden.test(image.path)) yield image;
    }
  })();
}

type Images = () => AsyncIterable<PageImage>;

/** Takes what is there only now, and gives what goes through the images later. */
function taking(source: ImageSource): Images {
  if (source instanceof File) return () => ofFile(source, source.webkitRelativePath || source.name);
  if (source instanceof DataTransfer) return ofDrop(source);
  if ("kind" in source) return () => ofHandle(source, "");
  if (Symbol.iterator in source) {
    const files = [...source];
    return async function* () {
      for (const file of files) yield* ofFile(file, file.webkitRelativePath || file.name);
    };
  }
  const frame = pngOf(source);
  return async function* () {
    yield { path: `${crypto.randomUUID()}.png`, blob: await frame };
  };
}

async function* ofFile(file: File, path: string): AsyncGenerator<PageImage> {
  if (/\.zip$/i.test(file.name)) yield* zippedImages(file);
  else if (imageName.test(file.name)) yield { path, blob: file };
}

function ofDrop({ items }: DataTransfer): Images {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? item.getAsFile() ?? []);
  return async function* () {
    for (const entry of entries) yield* entry instanceof File ? ofFile(entry, entry.name) : ofEntry(entry);
  };
}

async function* ofEntry(entry: FileSystemEntry): AsyncGenerator<PageImage> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    yield* ofFile(file, path);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  while (true) {
    // A hundred at a time, until there are no more.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) yield* ofEntry(inner);
  }
}

/** @param above the path that leads to it, with a slash at its end. */
async function* ofHandle(
  handle: FileSystemFileHandle | FileSystemDirectoryHandle,
  above: string,
): AsyncGenerator<PageImage> {
  if (handle.kind === "file") {
    yield* ofFile(await handle.getFile(), `${above}${handle.name}`);
    return;
  }
  const inner = handle as FileSystemDirectoryHandle & AsyncIterable<[string, FileSystemFileHandle]>;
  for await (const [, entry] of inner) yield* ofHandle(entry, `${above}${handle.name}/`);
}

/** What a canvas, a bitmap or a video shows now. @throws UserError where it shows nothing. */
async function pngOf(source: ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement): Promise<Blob> {
  const canvas = drawn(source);
  return canvas.convertToBlob({ type: "image/png" });
}

/**
 * The pixels that a canvas, a bitmap or a webcam's video shows at the moment, for a classifier to answer.
 * @throws UserError where it shows nothing yet.
 * @example
 * ```ts
 * import type { Classifier } from "senet";
 * import { pixelsOfFrame } from "senet/web";
 *
 * export async function watch(video: HTMLVideoElement, classifier: Classifier) {
 *   video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
 *   await video.play();
 *   const [best] = await classifier.classify(pixelsOfFrame(video));
 *   console.log(best?.label, best?.probability);
 * }
 * ```
 */
export function pixelsOfFrame(source: ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement): ImageData {
  const canvas = drawn(source);
  return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
}

function drawn(source: ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement): OffscreenCanvas {
  const video = "videoWidth" in source;
  const [width, height] = video ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  if (width === 0 || height === 0) {
    throw new UserError(
      `got a ${video ? "video" : "canvas"} of ${width}x${height} pixels; expected one that shows something`,
    );
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d", { willReadFrequently: true })!.drawImage(source, 0, 0);
  return canvas;
}
