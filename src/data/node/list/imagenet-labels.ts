import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../errors.js";
import { readBytes } from "../../../files/node/read-bytes.js";
import { parseCsv } from "../../csv.js";
import type { ImageNetClass } from "./imagenet-classes.js";

/** The class of an image by the name of its file; undefined for one that is not listed. */
type Labels = (file: string) => number | undefined;

/** A file that says which class each validation image has. */
interface Format {
  readonly file: string;
  readonly read: (text: string, path: string, index: ClassIndex) => Labels;
}

/** The place of a class by how a file may name it. */
interface ClassIndex {
  readonly bySynset: ReadonlyMap<string, number>;
  readonly byDevkitId: ReadonlyMap<string, number>;
}

const formats: readonly Format[] = [
  { file: "labels.csv", read: readTable },
  { file: "LOC_val_solution.csv", read: readTable },
  { file: "ILSVRC2012_validation_ground_truth.txt", read: byNumber(({ byDevkitId }) => byDevkitId) },
  { file: "imagenet_2012_validation_synset_labels.txt", read: byNumber(({ bySynset }) => bySynset) },
  { file: "val.txt", read: readPairs },
];

const devkits = ["devkit", "ILSVRC2012_devkit_t12", "ILSVRC2012_devkit_t12_t3"];

/**
 * The labels of validation images that lie beside each other, from the first such file in one of the folders or in a
 * devkit inside it: `labels.csv` (`file` and `synset` or `index`), Kaggle's `LOC_val_solution.csv`, the devkit's
 * `ILSVRC2012_validation_ground_truth.txt`, TensorFlow's list of synsets, or Caffe's `val.txt`.
 * @throws UserError when there is none, or it does not say what an image is.
 */
export async function imageNetLabels(
  files: readonly string[],
  folders: readonly string[],
  classes: readonly ImageNetClass[],
): Promise<Int32Array<ArrayBuffer>> {
  const places = folders.flatMap((folder) => [
    folder,
    ...devkits.flatMap((devkit) => [join(folder, devkit, "data"), join(folder, devkit)]),
  ]);
  const found = places.flatMap((place) => formats.map((format) => ({ format, path: join(place, format.file) })));
  const { format, path } = found.find((candidate) => existsSync(candidate.path)) ?? {};
  if (format === undefined || path === undefined) {
    throw new UserError(
      `${folders[0]}: got ${files.length} images beside each other and no labels; expected one of ` +
        `${formats.map(({ file }) => file).join(", ")} there, or a folder per synset such as n01440764`,
    );
  }
  const labels = format.read(new TextDecoder().decode((await readBytes(path)).bytes), path, {
    bySynset: new Map(classes.map(({ synset }, i) => [synset, i])),
    byDevkitId: new Map(classes.map(({ devkitId }, i) => [String(devkitId), i])),
  });
  return Int32Array.from(files, (file) => {
    const label = labels(file);
    if (label !== undefined) return label;
    throw new UserError(`${path}: got no label for ${file}; expected one for every image of the folder`);
  });
}

function readTable(text: string, path: string, { bySynset }: ClassIndex): Labels {
  const { columns, rows } = parseCsv(text, path);
  const names = columns.map((name) => name.toLowerCase());
  const place = (...wanted: string[]) => names.findIndex((name) => wanted.includes(name));
  const file = place("file", "filename", "path", "image", "imageid");
  const synset = place("synset", "predictionstring", "wnid");
  const index = place("index", "class_index");
  if (file < 0 || (synset < 0 && index < 0)) {
    throw new UserError(`${path}: got columns ${columns.join(", ")}; expected file, and synset or index`);
  }
  const labels = rows.map((cells, row): [string, number] => {
    // Kaggle's cell goes on with the boxes of objects.
    const label = synset >= 0 ? bySynset.get(cells[synset]!.trim().split(" ")[0]!) : indexOf(cells[index]!);
    if (label === undefined) throw unknownClass(path, row + 1, cells[synset >= 0 ? synset : index]!);
    return [stemOf(cells[file]!), label];
  });
  const known = new Map(labels);
  return (name) => known.get(stemOf(name));
}

/** A class per line: line n is for the image whose name ends in the number n. */
function byNumber(pick: (index: ClassIndex) => ReadonlyMap<string, number>): Format["read"] {
  return (text, path, index) => {
    const labels = lines(text).map((line, row) => {
      const label = pick(index).get(line);
      if (label === undefined) throw unknownClass(path, row + 1, line);
      return label;
    });
    return (name) => labels[Number(/(\d+)$/.exec(stemOf(name))?.[1] ?? 0) - 1];
  };
}

/** `ILSVRC2012_val_00000001.JPEG 65`: a file and the place of its class. */
function readPairs(text: string, path: string): Labels {
  const known = new Map(
    lines(text).map((line, row): [string, number] => {
      const [file, label] = line.split(/\s+/);
      const value = indexOf(label ?? "");
      if (value === undefined) throw unknownClass(path, row + 1, line);
      return [stemOf(file!), value];
    }),
  );
  return (name) => known.get(stemOf(name));
}

function indexOf(text: string): number | undefined {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= 0 && value < 1000 ? value : undefined;
}

function unknownClass(path: string, row: number, text: string): UserError {
  return new UserError(`${path}: got "${text.slice(0, 60)}" in row ${row}; expected one of ImageNet's 1000 classes`);
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The name of a file without its folders and its kind. */
function stemOf(path: string): string {
  return path
    .trim()
    .replace(/^.*[/\\]/, "")
    .replace(/\.(jpe?g|png|webp|avif|gif)$/i, "");
}
