import { UserError } from "../errors.js";
import type { NamedBytes } from "../files/named-bytes.js";
import { checkLabels, type ImageSet } from "./image-set.js";

/** The pixels of one CIFAR image: red, green and blue planes of 32 × 32 bytes, row by row. */
const pixelBytes = 3 * 32 * 32;

/** One of the two CIFAR datasets in the binary layout of its authors. */
export interface CifarKind {
  readonly name: string;
  /** Bytes before the pixels of each record; the last of them is the label. */
  readonly labelBytes: number;
  readonly classes: readonly string[];
  /** The name of the training files; * stands for a number that counts from 1. */
  readonly train: string;
  readonly test: string;
  /** A text file with the name of one class per line. */
  readonly names: string;
  /** The folder inside the archive of the authors. */
  readonly folder: string;
}

/** Source: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html, "CIFAR-10 binary version". */
export const cifar10: CifarKind = {
  name: "cifar10",
  labelBytes: 1,
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  train: "data_batch_*.bin",
  test: "test_batch.bin",
  names: "batches.meta.txt",
  folder: "cifar-10-batches-bin",
};

/** Source: as {@link cifar10}, "CIFAR-100 binary version", with its fine labels. */
export const cifar100: CifarKind = {
  name: "cifar100",
  labelBytes: 2, // coarse, fine
  classes: `apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant
    flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree
    motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate
    poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
    squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
    wardrobe whale willow_tree wolf woman worm`.split(/\s+/),
  train: "train.bin",
  test: "test.bin",
  names: "fine_label_names.txt",
  folder: "cifar-100-binary",
};

/**
 * The images of one split, in the order of `files` and of the records within.
 * @throws UserError when a file ends inside a record, holds none, or has a label that names no class.
 */
export function parseCifar(
  files: readonly NamedBytes[],
  { labelBytes, classes }: Pick<CifarKind, "labelBytes" | "classes">,
): ImageSet {
  const record = labelBytes + pixelBytes;
  const length = files.reduce((sum, file) => sum + countRecords(file, labelBytes), 0);
  const images = new Uint8Array(length * pixelBytes);
  const labels = new Uint8Array(length);
  let n = 0;
  for (const { bytes, source } of files) {
    const first = n;
    for (let at = 0; at < bytes.length; at += record, n++) {
      labels[n] = bytes[at + labelBytes - 1]!;
      images.set(bytes.subarray(at + labelBytes, at + record), n * pixelBytes);
    }
    checkLabels(labels.subarray(first, n), classes, source);
  }
  return { images, labels, length };
}

function countRecords({ bytes, source }: NamedBytes, labelBytes: number): number {
  const record = labelBytes + pixelBytes;
  if (bytes.length === 0) throw new UserError(`${source}: got no images; expected records of ${record} bytes`);
  if (bytes.length % record !== 0) {
    throw new UserError(
      `${source}: got ${bytes.length} bytes; expected a multiple of ${record}, ${labelBytes} for the label and ` +
        `${pixelBytes} for the pixels; is the file truncated, or another dataset's?`,
    );
  }
  return bytes.length / record;
}

/** The names of the classes out of a text file, one per line. @throws UserError unless there are `count`. */
export function parseClassNames({ bytes, source }: NamedBytes, count: number): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (names.length !== count) {
    throw new UserError(`${source}: got ${names.length} names of classes; expected ${count}, one per line`);
  }
  return names;
}
