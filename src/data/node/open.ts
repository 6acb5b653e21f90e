import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { nearest, type UserError, valueError } from "../../errors.js";
import { cifar10, cifar100 } from "../cifar.js";
import type { Dataset, Limits } from "../dataset.js";
import { fashionMnist, mnist } from "../mnist.js";
import { openCifar } from "./open-cifar.js";
import { openGlyphs } from "./open-glyphs.js";
import { type ImageOptions, openCsv, openFolder, openImageNet, openShards } from "./open-images.js";
import { openMnist } from "./open-mnist.js";

/** What can be opened. `path` is the word for what follows the colon, absent where nothing does. */
const kinds = {
  glyphs: { open: (_, limits) => openGlyphs(limits) },
  cifar10: { path: "PATH", open: (path, limits) => openCifar(path, cifar10, limits) },
  cifar100: { path: "PATH", open: (path, limits) => openCifar(path, cifar100, limits) },
  mnist: { path: "DIR", open: (path, limits) => openMnist(path, mnist, limits) },
  "fashion-mnist": { path: "DIR", open: (path, limits) => openMnist(path, fashionMnist, limits) },
  imagenet: { path: "DIR", open: openImageNet },
  folder: { path: "DIR", open: openFolder },
  csv: { path: "FILE", open: openCsv },
  tar: { path: "GLOB", open: openShards },
} satisfies Record<string, Kind>;

/** How many images are taken, and, for image files of any size, how they are read. */
export interface OpenOptions extends Limits, ImageOptions {}

interface Kind {
  readonly path?: string;
  readonly open: (path: string, options: OpenOptions) => Promise<Dataset>;
}

/** How each dataset is asked for: "glyphs", "cifar10:PATH", … */
export const datasetSpecs: readonly string[] = Object.entries<Kind>(kinds).map(([name, kind]) => specOf(name, kind));

function specOf(name: string, { path }: Kind): string {
  return path === undefined ? name : `${name}:${path}`;
}

/**
 * Opens a dataset from the disk.
 * @param spec one of `glyphs` (comes with this package), `cifar10:PATH`, `cifar100:PATH` (PATH is the archive or the
 *   folder of the .bin files), `mnist:DIR`, `fashion-mnist:DIR` (DIR holds the four IDX files); and, for images of any
 *   size, `imagenet:DIR` (DIR/val/n01440764/… or flat, with labels), `folder:DIR` (DIR/train/CLASS/…, DIR/val/CLASS/…
 *   or DIR/CLASS/…), `csv:FILE` (a table of files and labels), `tar:GLOB` (shards with KEY.jpg beside KEY.cls). The
 *   path of a folder, of a `.csv` file or of `.tar` shards alone is one of these three.
 * @param options how many images of each split to keep, all by default: the first ones of datasets in memory, evenly
 *   spread ones of image files; and how image files are read.
 * @throws UserError in one line for an unknown kind and for whatever is wrong with the files.
 * @example
 * ```ts
 * import { openDataset } from "senet/node";
 *
 * const { train, test, classes } = await openDataset("glyphs", { trainLimit: 1000 });
 * console.log(train.length, test.length, classes.length); // 1000 2808 26
 * ```
 */
export async function openDataset(spec: string, options: OpenOptions = {}): Promise<Dataset> {
  const { name, path } = partsOf(spec);
  if (!Object.hasOwn(kinds, name)) throw unknownKind(spec, name);
  const kind: Kind = kinds[name as keyof typeof kinds];
  if ((kind.path === undefined) !== (path === "")) {
    const fix = kind.path === undefined ? "without a path" : `with the path of its files after the colon`;
    throw refused(spec, `${specOf(name, kind)}, ${fix}`);
  }
  return kind.open(path, options);
}

/** The kind of a dataset, and the path of its files. A path alone says by what is there which kind it is. */
export function partsOf(spec: string): { readonly name: string; readonly path: string } {
  const colon = spec.indexOf(":");
  const parts = colon < 0 ? { name: spec, path: "" } : { name: spec.slice(0, colon), path: spec.slice(colon + 1) };
  const kind = Object.hasOwn(kinds, parts.name) ? undefined : kindOfPath(spec);
  return kind === undefined ? parts : { name: kind, path: spec };
}

function kindOfPath(path: string): keyof typeof kinds | undefined {
  if (/\.csv$/i.test(path)) return "csv";
  if (/\.tar$/i.test(path)) return "tar";
  return existsSync(path) && statSync(path).isDirectory() ? "folder" : undefined;
}

/** The files that a dataset lies in, or its folder, as far as its name tells; none for what comes with this package. */
export function datasetFiles(spec: string): readonly string[] {
  const { name, path } = partsOf(spec);
  if (path === "") return [];
  return name === "tar" ? path.split(",") : [path];
}

/** The name that the dataset of a spec has once it is open: that of its folder, file or first shard. */
export function datasetName(spec: string): string {
  const { name, path } = partsOf(spec);
  return path === "" ? name : basename(path.split(",")[0]!);
}

/** What people call the dataset of a spec: its name, that of a table, which says little, with its folder's. */
export function datasetTitle(spec: string, dataset: Pick<Dataset, "name">): string {
  const { name, path } = partsOf(spec);
  const folder = name === "csv" ? basename(dirname(resolve(path))) : "";
  return folder === "" ? dataset.name : `${folder}/${dataset.name}`;
}

function unknownKind(spec: string, name: string): UserError {
  const near = nearest(name, Object.keys(kinds));
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return refused(spec, `a folder that is there, or one of ${datasetSpecs.join(", ")}${hint}`);
}

function refused(given: string, expected: string): UserError {
  return valueError("openDataset", "spec", `"${given}"`, expected, "dataset");
}
