import { copyFile, mkdir, readFile, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { replaceFile } from "../../../files/node/replace-file.js";

/** A commit's name in full. */
const commit = /^[0-9a-f]{40}$/;

/** Whether a revision names a commit, whose files never change. */
export function isCommit(revision: string): boolean {
  return commit.test(revision);
}

/**
 * The folder of a repository in the cache, laid out as `huggingface_hub` does: `blobs/CHECKSUM` are the files,
 * `snapshots/COMMIT/NAME` are links to them, `refs/BRANCH` holds the commit that a branch was at.
 * Source: huggingface.co/docs/huggingface_hub, "Understand caching".
 */
export function folderOf(cache: string, repository: string): string {
  return join(cache, `models--${repository.replace("/", "--")}`);
}

/** The commit that a revision stood for when it was last asked for; undefined where it never was. */
export async function cachedCommit(folder: string, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const text = await readFile(join(folder, "refs", revision), "utf8").catch(() => "");
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Notes the commit that a revision stands for now. */
export async function noteCommit(folder: string, revision: string, commit: string): Promise<void> {
  if (isCommit(revision) || (await cachedCommit(folder, revision)) === commit) return;
  const path = join(folder, "refs", revision);
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, commit);
}

/** The path of a file of a commit; undefined where the cache does not have it. */
export async function cachedFile(folder: string, commit: string, name: string): Promise<string | undefined> {
  const path = join(folder, "snapshots", commit, name);
  return (await stat(path).catch(() => undefined))?.isFile() ? path : undefined;
}

/** Where a file with that checksum lies. */
export function blobOf(folder: string, checksum: string): string {
  return join(folder, "blobs", checksum);
}

/**
 * Makes a file with that checksum the file of a commit.
 * @returns its path. Where the system has no links, as Windows without rights to them, the file itself moves there.
 */
export async function linkFile(folder: string, commit: string, name: string, checksum: string): Promise<string> {
  const [path, blob] = [join(folder, "snapshots", commit, name), blobOf(folder, checksum)];
  const target = relative(dirname(path), blob);
  if ((await readlink(path).catch(() => undefined)) === target) return path;
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return; // another process was faster
    if (error.code === "EPERM") return rename(blob, path).catch(() => copyFile(blob, path));
    throw error;
  });
  return path;
}
