import { UserError } from "../../errors.js";
import { BrowserFolder } from "../../files/web/browser-folder.js";
import { headBytes, imageFormat, otherFormat } from "../formats/image-format.js";
import type { PageImage } from "./page-image.js";

/** Photos that a page keeps: their bytes lie on the disk, in memory are their names and the thumbnails that were asked for. */
export interface PhotoStore {
  readonly name: string;
  /** How many photos there are of each class, by its name, in the order of the names. */
  readonly counts: ReadonlyMap<string, number>;
  /**
   * Keeps photos of one class.
   * @returns their paths here: `ants/….jpg`.
   * @throws UserError for what is no image, and where the browser gives no more room; the photos before it are kept.
   */
  add(label: string, images: AsyncIterable<PageImage> | Iterable<PageImage>): Promise<string[]>;
  /** Keeps photos whose folders are their classes: `ants/1.jpg`, `photos/ants/1.jpg`. @throws UserError as `add`. */
  addFolders(images: AsyncIterable<PageImage> | Iterable<PageImage>): Promise<string[]>;
  /** All photos, or those of a class, in the order of their paths. */
  images(label?: string): AsyncGenerator<PageImage, void, undefined>;
  /** A small picture of a photo, at most 96 pixels wide and high, made once. @throws Error for what is not there. */
  thumbnail(path: string): Promise<Blob>;
  /** Removes a photo, or a class with all of its photos. */
  remove(path: string): Promise<void>;
  /** Removes the store. */
  clear(): Promise<void>;
}

/** The longest side of a thumbnail. */
const small = 96;

/** Thumbnails that are kept in memory: some 3 kB each. */
const mostThumbnails = 5000;

/**
 * Opens the photos that the page keeps under a name in the browser's own file system. They stay over reloads, on this
 * device. A browser that is short of room may remove them, unless the user has agreed that it must not:
 * `navigator.storage.persist()` asks.
 * @throws UserError where the browser gives the page no files.
 * @example
 * ```ts
 * import { imagesOf, openPhotoStore, photoDataset } from "senet/web";
 *
 * const store = await openPhotoStore("bees");
 * const input = document.querySelector<HTMLInputElement>("input[type=file]");
 * input?.addEventListener("change", async () => {
 *   await store.add("ants", imagesOf(input.files ?? []));
 *   console.log(store.counts); // Map { "ants" => 12 }
 *   const dataset = await photoDataset(store.images(), { size: 64 });
 *   console.log(dataset.train.length);
 * });
 * ```
 */
export async function openPhotoStore(name: string): Promise<PhotoStore> {
  const root = await BrowserFolder.open(`senet/photos/${fileName(name)}`);
  const counts = new Map<string, number>();
  for (const folder of await root.names("directory")) {
    counts.set(labelOf(folder), (await (await root.folder(folder)).names("file")).length);
  }
  const thumbnails = new Map<string, Promise<Blob>>();
  const fileAt = async (path: string): Promise<File> => {
    const [folder = "", file = ""] = path.split("/");
    const found = await (await root.folder(fileName(folder))).file(file);
    if (found === undefined) throw new UserError(`${name}: got photo ${path}; expected one that is kept`);
    return found;
  };
  const put = async (label: string, { path, blob }: PageImage): Promise<string> => {
    if (label.includes("/")) throw new UserError(`${name}: got class ${label}; expected a name without a slash`);
    const format = imageFormat(new Uint8Array(await blob.slice(0, headBytes).arrayBuffer()));
    if (format === undefined) {
      const other = otherFormat(new Uint8Array(await blob.slice(0, headBytes).arrayBuffer())) ?? "no image";
      throw new UserError(`${path}: got ${other}; expected an image that browsers read`);
    }
    const folder = await root.folder(fileName(label));
    const file = `${crypto.randomUUID()}.${format}`;
    await folder.write(file, blob);
    counts.set(label, (counts.get(label) ?? 0) + 1);
    return `${label}/${file}`;
  };
  return {
    name,
    counts,
    async add(label, images) {
      const paths: string[] = [];
      for await (const image of images) paths.push(await put(label, image));
      return paths;
    },
    async addFolders(images) {
      const paths: string[] = [];
      for await (const image of images) {
        const label = image.path.split("/").at(-2);
        if (label === undefined) {
          throw new UserError(`${image.path}: got an image outside of a folder; expected one folder per class`);
        }
        paths.push(await put(label, image));
      }
      return paths;
    },
    async *images(label) {
      for (const folder of await root.names("directory")) {
        if (label !== undefined && labelOf(folder) !== label) continue;
        const inner = await root.folder(folder);
        for (const file of await inner.names("file")) {
          const blob = await inner.file(file);
          if (blob !== undefined) yield { path: `${labelOf(folder)}/${file}`, blob };
        }
      }
    },
    thumbnail(path) {
      const made = thumbnails.get(path) ?? fileAt(path).then(thumbnailOf);
      thumbnails.delete(path);
      thumbnails.set(path, made);
      made.catch(() => thumbnails.delete(path));
      if (thumbnails.size > mostThumbnails) thumbnails.delete(thumbnails.keys().next().value!);
      return made;
    },
    async remove(path) {
      const [label = "", file] = path.split("/");
      thumbnails.delete(path);
      if (file !== undefined) {
        const folder = await root.folder(fileName(label));
        await folder.remove(file);
        counts.set(label, (await folder.names("file")).length);
      } else {
        await root.remove(fileName(label));
        counts.delete(label);
      }
    },
    async clear() {
      for (const folder of await root.names("directory")) await root.remove(folder);
      counts.clear();
      thumbnails.clear();
    },
  };
}

/** Names of classes hold any letters, names of files do not. */
function fileName(label: string): string {
  return encodeURIComponent(label).replaceAll(".", "%2E") || "%";
}

function labelOf(fileName: string): string {
  return fileName === "%" ? "" : decodeURIComponent(fileName);
}

async function thumbnailOf(file: Blob): Promise<Blob> {
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, small / Math.max(whole.width, whole.height));
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width!, height!);
  canvas.getContext("2d")!.drawImage(whole, 0, 0, width!, height!);
  whole.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
}
