import { extname, join } from "node:path";
import { UserError } from "../../../errors.js";
import { readableName } from "../../../files/node/path-name.js";
import type { Notice } from "../../../notice.js";
import { formatsInWords } from "../../formats/image-format.js";
import { testWords, trainWords } from "../../halves.js";
import { divide, type HoldoutOptions, type ImageList, type ImageLists, labelNames, listed } from "../../image-list.js";
import { isFolder } from "./file-source.js";
import { namesOfSynsets } from "./imagenet-classes.js";
import { listFolder, listImages } from "./list-images.js";

/** What decides the labels and the split of image files. */
export interface ListOptions extends HoldoutOptions {
  /** The names of the classes in the order of a model's logits; by default those found, sorted. */
  readonly classes?: readonly string[] | undefined;
  /** Whether training images need not be listed (they are by default), where their number makes that slow. */
  readonly testOnly?: boolean | undefined;
}

/**
 * Lists images in folders named after their classes: DIR/train/CLASS/… and DIR/val/CLASS/… (or valid, validation, test,
 * testing; in any case), or DIR/CLASS/… of which a part is held out; a folder that stands alone in DIR is looked into.
 * Sub-folders belong to their class; hidden files are left out. Only names are read, where they have an ending.
 * @throws UserError when there are no classes, a class has no images, or the test split has classes of its own.
 */
export async function listClassFolders(folder: string, options: ListOptions): Promise<ImageLists> {
  if (!(await isFolder(folder))) throw new UserError(`${folder}: got a file; expected a folder of class folders`);
  const left = new Map<string, number>();
  const lists = await listHalves(await innerFolder(folder, options.classes), options, left);
  return { ...lists, notices: leftOut(folder, left) };
}

/** The notice of files that were left out, where there are some. @param left how many there are of each ending. */
export function leftOut(source: string, left: ReadonlyMap<string, number>): Notice[] {
  if (left.size === 0) return [];
  const endings = [...left].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return [{ kind: "left-out-files", source, files: endings.reduce((sum, [, files]) => sum + files, 0), endings }];
}

async function listHalves(folder: string, options: ListOptions, left: Map<string, number>): Promise<ImageLists> {
  const { folders } = await listFolder(folder);
  const halves = await halvesOf(folder, folders);
  const train = await listClasses(halves?.train ?? folder, options.classes, left);
  if (halves?.test === undefined) return divide(train.list, train.classes, options, halves?.train ?? folder);
  const test = await listClasses(halves.test, train.classes, left);
  return { classes: train.classes, train: train.list, test: test.list };
}

/** The folder itself, or the one that stands alone in it and has folders, unless that is a class of the model. */
async function innerFolder(folder: string, given: readonly string[] | undefined): Promise<string> {
  const { folders, images } = await listFolder(folder);
  const [only, ...more] = folders;
  if (only === undefined || more.length + images.length > 0 || given?.includes(readableName(only))) return folder;
  const inner = await listFolder(join(folder, only));
  return inner.folders.length > 0 && inner.images.length === 0 ? join(folder, only) : folder;
}

/** The folders of training and test images among those of a folder; a class may be called train too. */
async function halvesOf(folder: string, folders: readonly string[]) {
  const find = (words: readonly string[], around: string) =>
    words.flatMap((word) => folders.filter((name) => name.toLowerCase() === around.replace("*", word)))[0];
  for (const name of folders) {
    const word = trainWords.toReversed().find((word) => aroundOf(name, word) !== undefined);
    if (word === undefined) continue;
    const around = aroundOf(name, word)!;
    const test = find(testWords, around);
    if (test === undefined && around !== "*") continue;
    const train = await innerFolder(join(folder, name), undefined);
    const { folders: classes } = await listFolder(train);
    if (classes.length === 0 && test === undefined && folders.length > 1) continue;
    return { train, test: test === undefined ? undefined : await innerFolder(join(folder, test), undefined) };
  }
  return undefined;
}

/** The name with a star for a word of it: `seg_train` is `seg_*`. */
function aroundOf(name: string, word: string): string | undefined {
  const match = new RegExp(`^(|.*[ _-])${word}(|[ _-].*)$`).exec(name.toLowerCase());
  return match === null ? undefined : `${match[1]}*${match[2]}`;
}

async function listClasses(
  folder: string,
  given: readonly string[] | undefined,
  left: Map<string, number>,
): Promise<{ classes: readonly string[]; list: ImageList }> {
  const { folders, images } = await listFolder(folder);
  if (folders.length === 0) {
    const found = images.length > 0 ? `images (${listed(images, 2)}) but no folders` : "no folders";
    throw new UserError(`${folder}: got ${found}; expected one folder per class, with its images inside`);
  }
  const onOther = (path: string) => {
    const ending = extname(path).toLowerCase() || "without an ending";
    left.set(ending, (left.get(ending) ?? 0) + 1);
  };
  const members = await Promise.all(folders.map((name) => listImages(join(folder, name), onOther)));
  const empty = members.findIndex((paths) => paths.length === 0);
  if (empty >= 0) {
    const name = folders[empty]!;
    throw new UserError(
      `${join(folder, name)}: got no images; expected files of ${formatsInWords} of class "${readableName(name)}"; ` +
        "remove the folder if it is no class",
    );
  }
  const names = folders.map(readableName);
  const { classes, labels: labelOfFolder } = labelNames(await namesOfSynsets(names, given), given, folder);
  const paths = members.flatMap((files, c) => files.map((file) => `${folders[c]}/${file}`));
  const labels = Int32Array.from(members.flatMap((files, c) => files.map(() => labelOfFolder[c]!)));
  return { classes, list: { length: paths.length, labels, ref: (i) => ({ path: join(folder, paths[i]!) }) } };
}
