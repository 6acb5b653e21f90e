import { lstat, mkdir, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../../errors.js";
import { checksumOf } from "../../../files/node/checksum.js";
import { fetchFile } from "../../../files/node/fetch/fetch-file.js";
import { sleep } from "../../../files/node/fetch/retry.js";
import { takeLock } from "../../../files/node/file-lock.js";
import type { HubId } from "../hub-id.js";
import { explain, headersFor } from "./hub-api.js";
import { blobOf, linkFile } from "./hub-cache.js";
import type { RemoteFile } from "./hub-facts.js";
import type { HubOptions } from "./hub-options.js";
import type { HubSettings } from "./hub-settings.js";

/** Where a file belongs. */
export interface FilePlace {
  readonly id: HubId;
  readonly commit: string;
  /** The repository's folder in the cache. */
  readonly folder: string;
}

/**
 * Brings a file into the cache, unless it is there and right; what another process is bringing is waited for.
 * @returns its path.
 * @throws UserError when it cannot be had or written.
 */
export async function bringFile(
  place: FilePlace,
  name: string,
  file: RemoteFile,
  settings: HubSettings,
  options: HubOptions,
): Promise<string> {
  const { commit, folder } = place;
  const placed = join(folder, "snapshots", commit, name);
  // Where there are no links, the file itself lies there.
  if ((await lstat(placed).catch(() => undefined))?.isFile()) {
    if ((await checksumOf(placed, file.checksum.kind)) === file.checksum.hex) return placed;
    options.onNotice?.({ kind: "damaged-file", path: placed, name });
  }
  const target = blobOf(folder, file.checksum.hex);
  const part = `${target}.incomplete`; // as huggingface_hub named it until 1.0
  return writing(folder, async () => {
    await mkdir(dirname(target), { recursive: true });
    const lock = await lockFor(`${part}.lock`, name, options);
    try {
      await checkRoom(target, part, file, name);
      await fetchBlob({ ...place, name, target, part, ...file }, settings, options);
      return await linkFile(folder, commit, name, file.checksum.hex);
    } finally {
      lock.release();
    }
  });
}

type Blob = FilePlace & RemoteFile & { readonly name: string; readonly target: string; readonly part: string };

async function fetchBlob(
  { id, commit, name, ...file }: Blob,
  settings: HubSettings,
  options: HubOptions,
): Promise<void> {
  const { signal, onNotice, onProgress } = options;
  const request = {
    ...file,
    url: `${settings.endpoint}/${id.repository}/resolve/${commit}/${name}`,
    headers: headersFor(settings),
    elsewhere: "another hub with HF_ENDPOINT",
    explain: (response: Response) => explain(response, id, settings),
  };
  const following = {
    ...options,
    onProgress: (bytes: number) => onProgress?.(name, bytes, file.bytes),
  };
  try {
    await fetchFile(request, following);
  } catch (error) {
    signal?.throwIfAborted();
    // A file that was here before is damaged: what comes now is checked by itself.
    if ((await stat(file.target).catch(() => undefined)) === undefined) throw error;
    onNotice?.({ kind: "damaged-file", path: file.target, name });
    await rm(file.target);
    await fetchFile(request, following);
  }
}

/** Does work that writes to the cache. @throws UserError where the file system refuses. */
export async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UserError(`${folder}: got ${(error as Error).message}; expected a folder to write to, as HF_HOME says`);
  }
}

async function lockFor(path: string, name: string, { signal, onNotice }: HubOptions) {
  for (let waited = false; ; waited = true) {
    const lock = takeLock(path);
    if (lock.holder === undefined) return lock;
    if (!waited) onNotice?.({ kind: "waiting", process: lock.holder, name });
    await sleep(300, signal);
  }
}

/** @throws UserError when the disk has less room than a file needs, or the size is none. */
async function checkRoom(target: string, part: string, { bytes }: RemoteFile, name: string): Promise<void> {
  const have =
    (
      await stat(target)
        .catch(() => stat(part))
        .catch(() => undefined)
    )?.size ?? 0;
  const { bavail, bsize } = await statfs(dirname(target));
  if (bytes - have <= bavail * bsize) return;
  const megabytes = (size: number) => `${(size / 1e6).toFixed(1)} MB`;
  throw new UserError(
    `${dirname(target)}: got ${megabytes(bavail * bsize)} of free room; expected ${megabytes(bytes - have)} for ${name}; ` +
      "make room, or set HF_HUB_CACHE to another disk",
  );
}
