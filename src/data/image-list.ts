import { UserError, valueError } from "../errors.js";
import type { Notice } from "../notice.js";
import { holdOut } from "./holdout.js";

/** Where the bytes of an encoded image lie: a file, or a part of one. */
export interface ImageRef {
  readonly path: string;
  /** The bytes themselves, where they lie in no file. */
  readonly bytes?: Uint8Array;
  /** The file itself, in a page, which has no paths; its bytes are read when they are wanted. */
  readonly blob?: Blob;
  /** The place inside the file, for images in an archive. */
  readonly part?: { readonly offset: number; readonly length: number; readonly name: string };
}

/** Labelled image files. */
export interface ImageList {
  readonly length: number;
  readonly labels: Int32Array<ArrayBuffer>;
  /** Where image `index` lies. */
  ref(index: number): ImageRef;
}

/** The lists of a dataset of image files. */
export interface ImageLists {
  readonly classes: readonly string[];
  readonly train: ImageList;
  readonly test: ImageList;
  /** Whether the test images were held out of the training images; those of a test split of its own were not. */
  readonly heldOut?: boolean;
  /** What should be known of how they were found. */
  readonly notices?: readonly Notice[];
}

/** How a list without a test split of its own is divided. */
export interface HoldoutOptions {
  /** The share of each class that is held out for testing (0.1 by default). */
  readonly holdout?: number | undefined;
  /** Decides which images those are (1 by default). */
  readonly splitSeed?: number | undefined;
}

/** The name of an image in messages. */
export function refName({ path, part }: ImageRef): string {
  return part === undefined ? path : `${path}: ${part.name}`;
}

/** The images at `indices` of a list, in that order. */
export function pick(list: ImageList, indices: Uint32Array): ImageList {
  return {
    length: indices.length,
    labels: Int32Array.from(indices, (index) => list.labels[index]!),
    ref: (index) => list.ref(indices[index]!),
  };
}

/** A list divided by {@link holdOut}. @throws UserError when nothing is left to test on. */
export function divide(
  list: ImageList,
  classes: readonly string[],
  options: HoldoutOptions,
  source: string,
): ImageLists {
  const { holdout = 0.1, splitSeed = 1 } = options;
  const { train, test } = holdOut(list.labels, classes, holdout, splitSeed);
  if (test.length === 0) {
    throw new UserError(
      `${source}: got one image of each class; expected at least two of one, to hold one out for testing; ` +
        "to test on all of them, hold out 1",
      { option: "holdout" },
    );
  }
  return { classes, train: pick(list, train), test: pick(list, test), heldOut: true };
}

/** `limit` images spread evenly over a list, which may be sorted by class; the list itself where it has no more. */
export function thinOut(list: ImageList, limit: number | undefined, name: string): ImageList {
  if (limit === undefined) return list;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw valueError("openDataset", name, limit, "a whole number of images from 1");
  }
  if (limit >= list.length) return list;
  return pick(
    list,
    Uint32Array.from({ length: limit }, (_, i) => Math.floor((i * list.length) / limit)),
  );
}

/** Whether the classes of a model have no names but their numbers. */
export function isNumbered(classes: readonly string[]): boolean {
  return classes.every((name, i) => name === String(i));
}

/**
 * The label of each name: its place in `given`, a model's own classes, or among the names themselves, sorted; so too
 * where the model only numbers its classes, if there are as many.
 * @throws UserError for a name that `given` lacks.
 */
export function labelNames(
  names: readonly string[],
  given: readonly string[] | undefined,
  source: string,
): { readonly classes: readonly string[]; readonly labels: Int32Array<ArrayBuffer> } {
  const found = [...new Set(names.map(composed))].sort();
  const own = given === undefined || (isNumbered(given) && found.length === given.length && !given.includes(found[0]!));
  const classes = own ? found : given;
  const places = new Map(classes.map((name, i) => [composed(name), i]));
  const labels = Int32Array.from(names, (name) => places.get(composed(name)) ?? -1);
  const unknown = labels.indexOf(-1);
  if (unknown >= 0) {
    throw new UserError(
      `${source}: got class "${names[unknown]}"; expected one of the ${classes.length} classes ${listed(classes)}`,
    );
  }
  return { classes, labels };
}

/** One spelling of an accented letter, which systems write in two ways. */
function composed(name: string): string {
  return name.normalize("NFC");
}

/**
 * The most classes that images have: the confusion matrix of a test has as many numbers squared, and an array holds
 * 2^32.
 */
export const maxClasses = 65_535;

/** The first of some names. */
export function listed(names: readonly string[], most = 4): string {
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")}, …`;
}
