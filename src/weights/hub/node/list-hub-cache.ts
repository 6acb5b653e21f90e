import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../errors.js";
import { cachedCommit, isCommit } from "./hub-cache.js";

/** A commit of a repository in the cache. */
export interface CachedModel {
  readonly repository: string;
  readonly commit: string;
  /** The branches and tags that were last seen at this commit. */
  readonly revisions: readonly string[];
  /** Its files, their sizes in bytes and their paths. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly path: string }[];
  readonly folder: string;
  /** When it was last read, as the file system tells. */
  readonly lastUsed: Date;
}

/** Everything in a cache, parts of files that are still to come included: their bytes are `unfinished`. */
export interface CacheListing {
  readonly models: readonly CachedModel[];
  /** Bytes of all files; one that several commits share counts once. */
  readonly bytes: number;
  readonly unfinished: readonly { readonly repository: string; readonly bytes: number; readonly path: string }[];
}

/**
 * Lists the models in a cache, those that Python's tools brought included. A cache that is not there is empty.
 * @example
 * ```ts
 * import { listCache } from "senet/node";
 *
 * console.log((await listCache("no-cache-yet")).models); // []
 * ```
 */
export async function listCache(cache: string): Promise<CacheListing> {
  const models: CachedModel[] = [];
  const unfinished: CacheListing["unfinished"][number][] = [];
  const sizes = new Map<string, number>();
  const found = await stat(cache).catch(() => undefined);
  if (found?.isDirectory() === false) throw new UserError(`${cache}: got a file; expected the folder of a cache`);
  for (const entry of await namesIn(cache)) {
    const [kind, owner, ...name] = entry.split("--");
    if (kind !== "models" || owner === undefined) continue;
    const repository = [owner, ...(name.length > 0 ? [name.join("--")] : [])].join("/");
    const folder = join(cache, entry);
    const refs = await revisionsIn(folder);
    for (const commit of (await namesIn(join(folder, "snapshots"))).filter(isCommit)) {
      models.push(await modelAt(folder, repository, commit, refs.get(commit) ?? [], sizes));
    }
    for (const blob of await namesIn(join(folder, "blobs"))) {
      if (!blob.endsWith(".incomplete")) continue;
      const path = join(folder, "blobs", blob);
      const part = await stat(path).catch(() => undefined); // it may be complete by now
      if (part !== undefined) unfinished.push({ repository, path, bytes: part.size });
    }
  }
  const bytes = [...sizes.values(), ...unfinished.map((part) => part.bytes)].reduce((sum, size) => sum + size, 0);
  return { models, bytes, unfinished };
}

async function modelAt(
  folder: string,
  repository: string,
  commit: string,
  revisions: readonly string[],
  sizes: Map<string, number>,
): Promise<CachedModel> {
  const root = join(folder, "snapshots", commit);
  const files: CachedModel["files"][number][] = [];
  let lastUsed = (await stat(root)).mtimeMs;
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const path = join(root, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue; // a folder, or a link to a file that was removed
    files.push({ name, bytes: found.size, path });
    sizes.set(await realpath(path), found.size);
    lastUsed = Math.max(lastUsed, found.atimeMs);
  }
  return { repository, commit, revisions, files, folder: root, lastUsed: new Date(lastUsed) };
}

/** Branches and tags by the commit they were last seen at; their names may have slashes. */
async function revisionsIn(folder: string): Promise<Map<string, string[]>> {
  const refs = new Map<string, string[]>();
  const root = join(folder, "refs");
  for (const name of await readdir(root, { recursive: true }).catch(() => [])) {
    if (!(await lstat(join(root, name))).isFile()) continue;
    const commit = await cachedCommit(folder, name);
    if (commit !== undefined) refs.set(commit, [...(refs.get(commit) ?? []), name]);
  }
  return refs;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [], // not there, or no folder: something else than a repository
  );
}
