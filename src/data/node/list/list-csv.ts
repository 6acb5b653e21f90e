import { dirname, isAbsolute, join } from "node:path";
import { UserError } from "../../../errors.js";
import { readBytes } from "../../../files/node/read-bytes.js";
import { textOf } from "../../../files/text.js";
import type { Notice } from "../../../notice.js";
import { type CsvTable, parseCsv } from "../../csv.js";
import { divide, type ImageList, type ImageLists, isNumbered, labelNames, maxClasses, pick } from "../../image-list.js";
import { namesOfSynsets } from "./imagenet-classes.js";
import type { ListOptions } from "./list-class-folders.js";

const fileColumns = ["file", "filename", "path", "image", "file_name", "filepath", "file_path", "image_path", "img"];
const nameColumns = ["label", "class", "simple_label", "synset", "class_name", "category"];
const indexColumns = ["index", "class_index", "class_id", "label_id"];
const trainNames = ["train", "training"];
const testNames = ["test", "val", "valid", "validation"];

/**
 * Lists the images that a table names, with paths relative to it. Its header must name a column of files (`file`,
 * `filename`, `path` or `image`) and one of classes: numbers from 0 (`index`), or names (`label`, `class`,
 * `simple_label` or `synset`). Where there are both, the numbers count and the names name them. A column `split` of
 * train and test (or val) is followed; without one, a part is held out.
 * @throws UserError when the table is malformed or a column is missing.
 */
export async function listCsv(path: string, options: ListOptions): Promise<ImageLists> {
  const { bytes } = await readBytes(path);
  const table = parseCsv(textOf(bytes), path);
  if (table.rows.length === 0) throw new UserError(`${path}: got a header without rows; expected one row per image`);
  const files = column(table, fileColumns);
  if (files === undefined) throw missing(path, table, "the files", fileColumns);
  const { classes, labels } = await classesOf(table, path, options.classes);
  const list: ImageList = {
    length: files.length,
    labels,
    ref: (i) => ({ path: placeOf(files[i]!, path) }),
  };
  const splits = column(table, ["split"]);
  const lists = splits === undefined ? divide(list, classes, options, path) : bySplit(list, classes, splits, path);
  return { ...lists, notices: repeated(files, labels, classes, path) };
}

/** Where a file lies: beside the table, unless its path begins at the root; paths of Windows too. */
function placeOf(file: string, table: string): string {
  if (isAbsolute(file)) return file;
  return join(dirname(table), file.includes("/") ? file : file.replaceAll("\\", "/"));
}

/** The notice of files that stand in more than one row, where there are some. */
function repeated(
  files: readonly string[],
  labels: ArrayLike<number>,
  classes: readonly string[],
  source: string,
): Notice[] {
  const found = new Map<string, Set<number>>();
  const twice = new Set<string>();
  for (const [row, file] of files.entries()) {
    const known = found.get(file);
    if (known) twice.add(file);
    found.set(file, (known ?? new Set<number>()).add(labels[row]!));
  }
  if (twice.size === 0) return [];
  const contradictory = [...twice].filter((file) => found.get(file)!.size > 1);
  const [first] = [...contradictory, ...twice] as [string, ...string[]];
  const names = [...found.get(first)!].map((label) => classes[label]!);
  const counts = { files: twice.size, contradictory: contradictory.length };
  return [{ kind: "repeated-files", source, ...counts, first, labels: names }];
}

function column({ columns, rows }: CsvTable, names: readonly string[]): string[] | undefined {
  const lower = columns.map((name) => name.toLowerCase());
  const found = names.find((name) => lower.includes(name));
  return found === undefined ? undefined : rows.map((cells) => cells[lower.indexOf(found)]!.trim());
}

function missing(path: string, { columns }: CsvTable, what: string, names: readonly string[]): UserError {
  return new UserError(
    `${path}: got columns ${columns.join(", ")}; expected a header with a column for ${what}: ${names.join(", ")}`,
  );
}

async function classesOf(table: CsvTable, path: string, given: readonly string[] | undefined) {
  const names = column(table, nameColumns);
  const numbers = column(table, indexColumns);
  if (numbers !== undefined) return classesByNumber(numbers, names, path, given);
  if (names === undefined) throw missing(path, table, "the classes", [...indexColumns, ...nameColumns]);
  return labelNames(await namesOfSynsets(names, given), given, path);
}

function classesByNumber(
  numbers: readonly string[],
  names: readonly string[] | undefined,
  path: string,
  given: readonly string[] | undefined,
) {
  const labels = Int32Array.from(numbers, (text, row) => {
    const value = Number(text);
    if (text !== "" && Number.isInteger(value) && value >= 0 && value < (given?.length ?? maxClasses)) return value;
    throw new UserError(
      `${path}: got class number "${text}" in row ${row + 1}; expected a whole number from 0 to ` +
        `${(given?.length ?? maxClasses) - 1}`,
    );
  });
  const count = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const found = Array.from({ length: count }, (_, i) => String(i));
  for (const [row, name] of (names ?? []).entries()) found[labels[row]!] = name;
  if (given === undefined) return { classes: found, labels };
  return { classes: isNumbered(given) ? given.map((name, i) => found[i] ?? name) : given, labels };
}

function bySplit(list: ImageList, classes: readonly string[], splits: readonly string[], path: string): ImageLists {
  const wanted = (names: readonly string[]) =>
    pick(list, Uint32Array.from([...splits.keys()].filter((row) => names.includes(splits[row]!.toLowerCase()))));
  const strange = splits.find((name) => ![...trainNames, ...testNames].includes(name.toLowerCase()));
  if (strange !== undefined) {
    throw new UserError(`${path}: got split "${strange}"; expected train, or test (val, valid, validation)`);
  }
  const [train, test] = [wanted(trainNames), wanted(testNames)];
  if (train.length === 0 || test.length === 0) {
    const absent = train.length === 0 ? "train" : "test";
    throw new UserError(`${path}: got no images of split ${absent}; expected some of train and some of test`);
  }
  return { classes, train, test };
}
