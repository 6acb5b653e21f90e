import { UserError } from "../../errors.js";
import { defineDataset, type Limits, type MemoryDataset } from "../dataset.js";
import type { Geometry, ImageSet } from "../image-set.js";
import { type MnistKind, parseMnist } from "../mnist.js";
import { type FileSource, folderSource } from "./list/file-source.js";

/**
 * Opens a dataset in the layout of MNIST from the folder of its four files, plain or .gz.
 * @throws UserError when files are missing, malformed, or do not agree.
 */
export async function openMnist(folder: string, kind: MnistKind, limits: Limits): Promise<MemoryDataset> {
  const files = await folderSource(folder);
  const train = await readSplit(files, "train", kind);
  const test = await readSplit(files, "t10k", kind);
  const { channels, height, width } = train;
  if (test.height !== height || test.width !== width) {
    throw new UserError(
      `${folder}: got test images of ${test.height} × ${test.width}; expected ${height} × ${width} as in training`,
    );
  }
  const { name, classes, flip } = kind;
  return defineDataset({ name, classes, channels, height, width, train, test, augment: { flip, pad: 2 } }, limits);
}

async function readSplit(files: FileSource, split: "train" | "t10k", kind: MnistKind): Promise<ImageSet & Geometry> {
  const images = await files.read(findFile(files, `${split}-images-idx3-ubyte`));
  const labels = await files.read(findFile(files, `${split}-labels-idx1-ubyte`));
  return parseMnist(images, labels, kind.classes);
}

/** The name under which the folder holds `name`: also spelt with a dot, as "train-images.idx3-ubyte", or with .gz. */
function findFile({ names, where }: FileSource, name: string): string {
  const dotted = name.replace("-idx", ".idx");
  const found = [name, dotted, `${name}.gz`, `${dotted}.gz`].find((spelling) => names.includes(spelling));
  if (found === undefined) throw new UserError(`${where}: got no ${name}; expected it there, plain or with .gz`);
  return found;
}
