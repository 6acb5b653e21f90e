import { join } from "node:path";
import { UserError } from "../../errors.js";
import { type CifarKind, parseCifar, parseClassNames } from "../cifar.js";
import { defineDataset, type Limits, type MemoryDataset } from "../dataset.js";
import { archiveName, archiveSource, type FileSource, folderSource, isFolder } from "./list/file-source.js";

/**
 * Opens CIFAR from the archive of its authors, from the folder it unpacks to, or from a folder that holds either.
 * The training split is every training file present, which must be numbered from 1 without a gap.
 * @throws UserError when files are missing or malformed.
 */
export async function openCifar(path: string, kind: CifarKind, limits: Limits): Promise<MemoryDataset> {
  const files = await findFiles(path, kind);
  const readAll = (names: string[]) => Promise.all(names.map((name) => files.read(name)));
  const train = parseCifar(await readAll(trainingFiles(files, kind)), kind);
  const test = parseCifar(await readAll([kind.test]), kind);
  const classes = files.names.includes(kind.names)
    ? parseClassNames(await files.read(kind.names), kind.classes.length)
    : kind.classes;
  const geometry = { channels: 3, height: 32, width: 32 };
  return defineDataset({ name: kind.name, classes, ...geometry, train, test, augment: { flip: true, pad: 4 } }, limits);
}

async function findFiles(path: string, kind: CifarKind): Promise<FileSource> {
  if (!(await isFolder(path))) return archiveSource(path);
  const folder = await folderSource(path);
  if (folder.names.some((name) => name === kind.test || trainingNumber(name, kind) !== undefined)) return folder;
  if (folder.names.includes(kind.folder)) return folderSource(join(path, kind.folder));
  const archives = folder.names.filter((name) => archiveName.test(name));
  if (archives.length === 1) return archiveSource(join(path, archives[0]!));
  const found = archives.length === 0 ? "a folder of other files" : `several archives (${archives.join(", ")})`;
  throw new UserError(
    `${path}: got ${found}; expected ${expectedFiles(kind)}, the folder ${kind.folder}, or one archive`,
  );
}

/** The names of the training files in the order of their numbers. */
function trainingFiles({ names, where }: FileSource, kind: CifarKind): string[] {
  const found = names.filter((name) => trainingNumber(name, kind) !== undefined);
  found.sort((a, b) => trainingNumber(a, kind)! - trainingNumber(b, kind)!);
  const gap = found.findIndex((name, i) => trainingNumber(name, kind) !== i + 1);
  if (found.length === 0 || gap >= 0) throw missing(where, kind.train.replace("*", `${Math.max(gap, 0) + 1}`), kind);
  if (!names.includes(kind.test)) throw missing(where, kind.test, kind);
  return found;
}

/** The number in the name of a training file, 1 where it has none; undefined for other files. */
function trainingNumber(name: string, { train }: CifarKind): number | undefined {
  if (name === train) return 1;
  const [before, after] = train.split("*") as [string, string?];
  if (after === undefined || !name.startsWith(before) || !name.endsWith(after)) return undefined;
  const digits = name.slice(before.length, name.length - after.length);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

function missing(where: string, name: string, kind: CifarKind): UserError {
  return new UserError(`${where}: got no ${name}; expected ${expectedFiles(kind)}`);
}

function expectedFiles(kind: CifarKind): string {
  return `${kind.train} and ${kind.test}`;
}
