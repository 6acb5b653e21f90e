import { readdir, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { UserError } from "../../../errors.js";
import type { NamedBytes } from "../../../files/named-bytes.js";
import { readBytes, unreadable } from "../../../files/node/read-bytes.js";
import { readTar } from "../../../files/tar.js";

/** Files addressed by name, in a folder or in an archive. */
export interface FileSource {
  /** The path of the folder or archive, for messages. */
  readonly where: string;
  readonly names: readonly string[];
  /** The bytes of one of `names`. */
  read(name: string): Promise<NamedBytes>;
}

/** Whether `path` is a folder. @throws UserError when there is nothing to read there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The files and folders right inside a folder. @throws UserError when it cannot be read or is empty. */
export async function folderSource(where: string): Promise<FileSource> {
  if (!(await isFolder(where))) throw new UserError(`${where}: got a file; expected a folder`);
  const names = await readdir(where).catch((error: unknown) => {
    throw unreadable(where, error);
  });
  if (names.length === 0) throw new UserError(`${where}: got an empty folder; expected the files of a dataset`);
  return { where, names: names.sort(), read: (name) => readBytes(join(where, name)) };
}

/** The name of a file is that of a tar archive. */
export const archiveName = /\.(tar|tar\.gz|tgz)$/i;

/** The files of a tar archive, compressed or not, by the last part of their paths. */
export async function archiveSource(where: string): Promise<FileSource> {
  if (!archiveName.test(where)) {
    throw new UserError(`${where}: got a file; expected a folder or a .tar, .tar.gz or .tgz archive`);
  }
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of readTar(await readBytes(where))) files.set(posix.basename(path), bytes);
  const read = async (name: string) => ({ source: `${where}: ${name}`, bytes: files.get(name)! });
  return { where, names: [...files.keys()].sort(), read };
}
