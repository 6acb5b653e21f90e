import { mkdir, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Checksum } from "../../data/node/checksum.js";
import { fetchFile, sleep } from "../../data/node/fetch-file.js";
import { takeLock } from "../../data/node/file-lock.js";
import { UserError } from "../../errors.js";
import { formatHubId, type HubId } from "../hub-id.js";
import { explain, HubMissing, type HubRequestOptions, HubUnreachable, headersFor, hubFetch } from "./hub-api.js";
import { blobOf, cachedCommit, cachedFile, folderOf, isCommit, linkFile, noteCommit } from "./hub-cache.js";
import { type HubSettings, hubSettings } from "./hub-settings.js";

/** How a model of the hub is brought here. */
export interface HubOptions extends HubRequestOptions {
  /** Where it comes from and goes; what the environment says, by default. */
  readonly settings?: HubSettings;
  /** Called while a file comes, with the bytes there are and how many there will be. */
  readonly onProgress?: ((file: string, bytes: number, total: number) => void) | undefined;
  /**
   * Whether to ask the hub and compare files that are there already with their checksums. Without it, what a commit
   * has in the cache is taken as it is, and where the hub cannot be reached a branch is where it was last seen.
   */
  readonly refresh?: boolean;
}

/** A repository at one commit. */
export interface HubRevision {
  readonly repository: string;
  readonly commit: string;
  /** What messages call it. */
  readonly label: string;
  /** The folder with its files. */
  readonly folder: string;
  /**
   * The path of the first of some files that the repository has, fetched if it is not here; undefined where it has none.
   * @param longest bytes that such a file may have.
   */
  find(names: readonly string[], longest?: number): Promise<string | undefined>;
  /** Makes the commit the one that its branch is at, for use without the hub: all its files are here. */
  settle(): Promise<void>;
}

/**
 * Finds the commit that an id stands for.
 * @throws UserError when there is no such repository or revision, or the hub cannot be reached and the cache has none.
 */
export async function openRevision(id: HubId, options: HubOptions = {}): Promise<HubRevision> {
  const { settings = hubSettings(), onNotice, refresh = false } = options;
  const revision = id.revision ?? "main";
  const folder = folderOf(settings.cache, id.repository);
  const known = await cachedCommit(folder, revision);
  const here =
    known !== undefined && (await stat(join(folder, "snapshots", known)).catch(() => undefined)) !== undefined;
  const from = { id, settings, options, folder };
  if (settings.offline) {
    if (here) return revisionAt({ ...from, commit: known, online: false });
    throw new HubMissing(
      `${formatHubId(id)}: it is not in ${settings.cache}, and HF_HUB_OFFLINE or --offline keeps senet from the network; ` +
        `run senet pull ${formatHubId(id)} once without`,
    );
  }
  if (here && isCommit(revision) && !refresh) return revisionAt({ ...from, commit: known, online: true });
  try {
    const patient = here && !refresh ? { ...options, attempts: 1, patience: options.patience ?? 10_000 } : options;
    return revisionAt({ ...from, commit: await askCommit(id, settings, patient), online: true });
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    if (!here || refresh) throw new HubUnreachable(`${error.message}; check the connection, or HF_ENDPOINT`);
    onNotice?.(`${error.message}; taking commit ${known.slice(0, 7)} out of ${settings.cache}`);
    return revisionAt({ ...from, commit: known, online: false });
  }
}

async function askCommit(id: HubId, settings: HubSettings, options: HubRequestOptions): Promise<string> {
  const { modelInfo } = await import("@huggingface/hub");
  const fetch = hubFetch(settings, id, options);
  const { repository: name, revision = "main" } = id;
  const asked = { name, revision, hubUrl: settings.endpoint, fetch };
  const { sha } = await answered(settings, modelInfo({ ...asked, additionalFields: ["sha"] }));
  if (typeof sha === "string" && isCommit(sha)) return sha;
  throw new UserError(
    `${settings.endpoint}: got no commit of ${formatHubId(id)}; is HF_ENDPOINT the address of a hub?`,
  );
}

/** Errors of the library are about answers that no hub gives: ours come through it as they are. */
async function answered<T>(settings: HubSettings, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UserError || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw new UserError(
      `${settings.endpoint}: got an answer that no hub gives (${(error as Error).message.split("\n")[0]}); check HF_ENDPOINT`,
    );
  }
}

interface RevisionFacts {
  readonly id: HubId;
  readonly settings: HubSettings;
  readonly options: HubOptions;
  readonly folder: string;
  readonly commit: string;
  readonly online: boolean;
}

function revisionAt(facts: RevisionFacts): HubRevision {
  const { id, options, folder, commit, online } = facts;
  const cached = (name: string) => cachedFile(folder, commit, name);
  return {
    repository: id.repository,
    commit,
    label: `${id.repository}@${commit.slice(0, 7)}`,
    folder: join(folder, "snapshots", commit),
    async find(names, longest = Number.MAX_SAFE_INTEGER) {
      if (!options.refresh || !online) {
        for (const name of names) {
          const path = await cached(name);
          if (path !== undefined) return path;
        }
        if (!online) return undefined;
      }
      const files = await askFiles(facts, names);
      const name = names.find((name) => files.has(name));
      if (name === undefined) return undefined;
      const file = files.get(name)!;
      if (file.bytes > longest) {
        throw new UserError(`${id.repository}: got ${name} of ${file.bytes} bytes; expected at most ${longest}`);
      }
      await bring(facts, name, file);
      return linkFile(folder, commit, name, file.checksum.hex);
    },
    settle: () => (online ? noteCommit(folder, id.revision ?? "main", commit) : Promise.resolve()),
  };
}

/** What the hub says of a file. */
interface RemoteFile {
  readonly bytes: number;
  readonly checksum: Checksum;
}

const fileAnswer = z.object({
  path: z.string(),
  size: z.int().min(0),
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).optional(),
});

/** Sizes and checksums of those of some files that the repository has. */
async function askFiles(facts: RevisionFacts, names: readonly string[]): Promise<Map<string, RemoteFile>> {
  const { id, settings, options, commit } = facts;
  const { pathsInfo } = await import("@huggingface/hub");
  const fetch = hubFetch(settings, id, options);
  const asked = { repo: id.repository, revision: commit, paths: [...names], hubUrl: settings.endpoint, fetch };
  const files = new Map<string, RemoteFile>();
  for (const answer of await answered(settings, pathsInfo(asked))) {
    if (answer.type !== "file" || !names.includes(answer.path)) continue;
    const file = fileAnswer.safeParse(answer).data;
    if (file === undefined) {
      throw new UserError(`${settings.endpoint}: got no size and checksum of ${answer.path}; check HF_ENDPOINT`);
    }
    const { size, oid, lfs } = file;
    files.set(
      file.path,
      lfs === undefined
        ? { bytes: size, checksum: { kind: "git SHA-1", hex: oid } }
        : { bytes: lfs.size, checksum: { kind: "SHA-256", hex: lfs.oid } },
    );
  }
  return files;
}

/** Brings a file into the cache, unless it is there; what another process is bringing is waited for. */
async function bring(facts: RevisionFacts, name: string, file: RemoteFile): Promise<void> {
  const { id, settings, options, folder, commit } = facts;
  const { signal, onNotice, onProgress } = options;
  const target = blobOf(folder, file.checksum.hex);
  const part = `${target}.incomplete`; // as huggingface_hub named it until 1.0
  await mkdir(dirname(target), { recursive: true }).catch((error: Error) => {
    throw new UserError(`${dirname(target)}: got ${error.message}; expected a folder to write to, as HF_HOME says`);
  });
  const lock = await lockFor(`${part}.lock`, name, options);
  try {
    await checkRoom(target, part, file, name);
    const request = {
      url: `${settings.endpoint}/${id.repository}/resolve/${commit}/${name}`,
      ...{ target, part, ...file, headers: headersFor(settings) },
      elsewhere: "another hub with HF_ENDPOINT",
      explain: (response: Response) => explain(response, id, settings),
    };
    const following = {
      ...options,
      onRetry: onNotice,
      onProgress: (bytes: number) => onProgress?.(name, bytes, file.bytes),
    };
    try {
      await fetchFile(request, following);
    } catch (error) {
      signal?.throwIfAborted();
      // A file that was here before is damaged: what comes now is checked by itself.
      if ((await stat(target).catch(() => undefined)) === undefined) throw error;
      onNotice?.(`${target}: it is damaged; fetching ${name} anew`);
      await rm(target);
      await fetchFile(request, following);
    }
  } finally {
    lock.release();
  }
}

async function lockFor(path: string, name: string, { signal, onNotice }: HubOptions) {
  for (let waited = false; ; waited = true) {
    const lock = takeLock(path);
    if (lock.holder === undefined) return lock;
    if (!waited) onNotice?.(`process ${lock.holder} is fetching ${name}; waiting for it`);
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
