import { basename, join } from "node:path";
import { UserError } from "../../../errors.js";
import { divide, type HoldoutOptions, type ImageList, type ImageLists, labelNames, listed } from "../../image-list.js";
import { isFolder } from "./file-source.js";
import { namesOfSynsets } from "./imagenet-classes.js";
import { listFolder, listImages } from "./list-images.js";

/** Names under which a folder holds the images to test on, the first one found is taken. */
const testNames = ["val", "valid", "validation", "test"];

/** What decides the labels and the split of image files. */
export interface ListOptions extends HoldoutOptions {
  /** The names of the classes in the order of a model's logits; by default those found, sorted. */
  readonly classes?: readonly string[] | undefined;
  /** Whether training images need not be listed (they are by default), where their number makes that slow. */
  readonly testOnly?: boolean | undefined;
}

/**
 * Lists images in folders named after their classes: DIR/train/CLASS/… and DIR/val/CLASS/… (or valid, validation,
 * test), or DIR/CLASS/… of which a part is held out. Sub-folders belong to their class; hidden files are left out.
 * Only names are read.
 * @throws UserError when there are no classes, a class has no images, or the test split has classes of its own.
 */
export async function listClassFolders(folder: string, options: ListOptions): Promise<ImageLists> {
  if (!(await isFolder(folder))) throw new UserError(`${folder}: got a file; expected a folder of class folders`);
  const { folders } = await listFolder(folder);
  if (!folders.includes("train")) {
    const { classes, list } = await listClasses(folder, options.classes);
    return divide(list, classes, options, folder);
  }
  const train = await listClasses(join(folder, "train"), options.classes);
  const testName = testNames.find((name) => folders.includes(name));
  if (testName === undefined) return divide(train.list, train.classes, options, folder);
  const test = await listClasses(join(folder, testName), train.classes);
  return { classes: train.classes, train: train.list, test: test.list };
}

async function listClasses(
  folder: string,
  given: readonly string[] | undefined,
): Promise<{ classes: readonly string[]; list: ImageList }> {
  const { folders, images } = await listFolder(folder);
  if (folders.length === 0) {
    const found = images.length > 0 ? `images (${listed(images, 2)}) but no folders` : "no folders";
    throw new UserError(`${folder}: got ${found}; expected one folder per class, with its images inside`);
  }
  const members = await Promise.all(folders.map((name) => listImages(join(folder, name))));
  const empty = members.findIndex((paths) => paths.length === 0);
  if (empty >= 0) {
    throw new UserError(
      `${join(folder, folders[empty]!)}: got no images; expected .jpg, .jpeg, .png, .webp, .avif or .gif files of class ` +
        `"${basename(folders[empty]!)}"; remove the folder if it is no class`,
    );
  }
  const { classes, labels: labelOfFolder } = labelNames(await namesOfSynsets(folders, given), given, folder);
  const paths = members.flatMap((files, c) => files.map((file) => `${folders[c]}/${file}`));
  const labels = Int32Array.from(members.flatMap((files, c) => files.map(() => labelOfFolder[c]!)));
  return { classes, list: { length: paths.length, labels, ref: (i) => ({ path: join(folder, paths[i]!) }) } };
}
