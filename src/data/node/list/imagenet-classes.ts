import { fileURLToPath } from "node:url";
import { readBytes } from "../../../files/node/read-bytes.js";
import { parseCsv } from "../../csv.js";

/** One of the 1000 classes of ImageNet's classification challenge; its place among them, by synset, is a model's. */
export interface ImageNetClass {
  /** WordNet's number: `n01440764`. */
  readonly synset: string;
  /** The devkit's `ILSVRC2012_ID`, from 1, in an order of its own. */
  readonly devkitId: number;
  /** What it is called: `tench, Tinca tinca`. */
  readonly names: string;
}

/** Seen from this file's place in dist/data/node. */
const file = new URL("../../../../assets/imagenet-1k.csv", import.meta.url);

let classes: Promise<readonly ImageNetClass[]> | undefined;

/**
 * The classes in the order of a model's logits, which is that of their synsets.
 * Source: the devkit of ILSVRC2012 (`meta.mat`); its identifiers as in `map_clsloc.txt`.
 */
export function imageNetClasses(): Promise<readonly ImageNetClass[]> {
  classes ??= read();
  return classes;
}

async function read(): Promise<readonly ImageNetClass[]> {
  const { source, bytes } = await readBytes(fileURLToPath(file));
  const { rows } = parseCsv(new TextDecoder().decode(bytes), source);
  return rows.map(([synset, id, names]) => ({ synset: synset!, devkitId: Number(id), names: names! }));
}

/**
 * The names that classes go by: where all of them are synsets and a model has ImageNet's 1000 classes, the model's own
 * names of these; else as they are.
 */
export async function namesOfSynsets(
  names: readonly string[],
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (given?.length !== 1000 || !names.every((name) => /^n\d{8}$/.test(name) && !given.includes(name))) return names;
  const places = new Map((await imageNetClasses()).map(({ synset }, i) => [synset, i]));
  return names.map((name) => given[places.get(name) ?? -1] ?? name);
}
