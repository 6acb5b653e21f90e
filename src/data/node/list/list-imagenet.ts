import { dirname, join } from "node:path";
import { UserError } from "../../../errors.js";
import { type ImageList, type ImageLists, listed, pick } from "../../image-list.js";
import { isFolder } from "./file-source.js";
import { type ImageNetClass, imageNetClasses } from "./imagenet-classes.js";
import { imageNetLabels } from "./imagenet-labels.js";
import type { ListOptions } from "./list-class-folders.js";
import { listFolder, listImages } from "./list-images.js";

/** Where the validation images may lie in the folder of the dataset, the first one found is taken. */
const testFolders = ["val", "validation", "ILSVRC2012_img_val", "ILSVRC/Data/CLS-LOC/val", "Data/CLS-LOC/val"];
const trainFolders = ["train", "ILSVRC2012_img_train", "ILSVRC/Data/CLS-LOC/train", "Data/CLS-LOC/train"];

/**
 * Lists ImageNet (ILSVRC2012), or a part of it: DIR/val/SYNSET/…, DIR/SYNSET/…, or validation images beside each other
 * with their labels ({@link imageNetLabels}). A class has its place among all 1000, whichever of them there are.
 * Training images are listed where DIR/train is, unless only those to test on are wanted.
 * @throws UserError for folders that are no synsets of the 1000 classes, and for models of other classes.
 */
export async function listImageNet(folder: string, { classes: given, testOnly }: ListOptions): Promise<ImageLists> {
  if (!(await isFolder(folder))) throw new UserError(`${folder}: got a file; expected a folder with ImageNet's images`);
  const classes = await imageNetClasses();
  if (given !== undefined && given.length !== classes.length) {
    throw new UserError(
      `imagenet:${folder}: got a model of ${given.length} classes; expected ${classes.length}; ` +
        "for other classes give folder:DIR or csv:FILE",
    );
  }
  const test = await listPart((await firstFolder(folder, testFolders)) ?? folder, folder, classes);
  const trainFolder = testOnly ? undefined : await firstFolder(folder, trainFolders);
  return {
    classes: given ?? classes.map(({ names }) => names),
    train: trainFolder === undefined ? pick(test, new Uint32Array()) : await listPart(trainFolder, folder, classes),
    test,
  };
}

/** The first of those folders that there is. */
async function firstFolder(home: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await isFolder(join(home, name)).catch(() => false)) return join(home, name);
  return undefined;
}

async function listPart(folder: string, home: string, classes: readonly ImageNetClass[]): Promise<ImageList> {
  const { folders, images } = await listFolder(folder);
  if (folders.some((name) => synset.test(name))) return listSynsets(folder, folders, classes);
  if (images.length > 0) {
    const labels = await imageNetLabels(images, [folder, dirname(folder), home], classes);
    return { length: images.length, labels, ref: (i) => ({ path: join(folder, images[i]!) }) };
  }
  const found = folders.length === 0 ? "neither folders nor images" : `folders ${listed(folders, 3)}`;
  throw new UserError(
    `${folder}: got ${found}; expected a folder per synset such as n01440764, or ILSVRC2012_val_*.JPEG; ` +
      "folder:DIR reads folders with other names",
  );
}

const synset = /^n\d{8}$/;

async function listSynsets(folder: string, folders: readonly string[], classes: readonly ImageNetClass[]) {
  const places = new Map(classes.map(({ synset }, i) => [synset, i]));
  const unknown = folders.filter((name) => !places.has(name));
  if (unknown.length > 0) {
    throw new UserError(
      `${folder}: got ${unknown.length === 1 ? "folder" : `${unknown.length} folders such as`} ${listed(unknown, 3)}; ` +
        "expected synsets of ImageNet's 1000 classes such as n01440764",
    );
  }
  const members = await Promise.all(folders.map((name) => listImages(join(folder, name))));
  const paths = members.flatMap((files, c) => files.map((file) => `${folders[c]}/${file}`));
  if (paths.length === 0) throw new UserError(`${folder}: got ${folders.length} folders without images`);
  const labels = Int32Array.from(members.flatMap((files, c) => files.map(() => places.get(folders[c]!)!)));
  return { length: paths.length, labels, ref: (i: number) => ({ path: join(folder, paths[i]!) }) };
}
