import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../errors.js";
import { formatHubId, type HubId } from "../hub-id.js";
import { bringFile, writing } from "./bring-file.js";
import { HubMissing, HubUnreachable } from "./hub-api.js";
import { cachedCommit, cachedFile, folderOf, isCommit, noteCommit } from "./hub-cache.js";
import { askCommit, askFiles } from "./hub-facts.js";
import type { HubOptions } from "./hub-options.js";
import { type HubSettings, hubSettings } from "./hub-settings.js";

/** A repository at one commit. */
export interface HubRevision {
  readonly repository: string;
  readonly commit: string;
  /** What messages call it. */
  readonly label: string;
  /** The folder with its files. */
  readonly folder: string;
  /**
   * The path of the first of some files that the repository has, fetched if it is not here; undefined where it has
   * none.
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
      `${formatHubId(id)}: it is not in ${settings.cache}, and the network is off, by HF_HUB_OFFLINE or as asked; ` +
        "fetch it once without",
      { option: "offline" },
    );
  }
  if (here && isCommit(revision) && !refresh) return revisionAt({ ...from, commit: known, online: true });
  try {
    const patient = here && !refresh ? { ...options, attempts: 1, patience: options.patience ?? 10_000 } : options;
    return revisionAt({ ...from, commit: await askCommit(id, settings, patient), online: true });
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    if (!here || refresh) throw new HubUnreachable(`${error.message}; check the connection, or HF_ENDPOINT`);
    onNotice?.({ kind: "from-cache", reason: error.message, commit: known.slice(0, 7), cache: settings.cache });
    return revisionAt({ ...from, commit: known, online: false });
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

function revisionAt({ id, settings, options, folder, commit, online }: RevisionFacts): HubRevision {
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
      const files = await askFiles(id, commit, names, settings, options);
      const name = names.find((name) => files.has(name));
      if (name === undefined) return undefined;
      const file = files.get(name)!;
      if (file.bytes > longest) {
        throw new UserError(`${id.repository}: got ${name} of ${file.bytes} bytes; expected at most ${longest}`);
      }
      return bringFile({ id, commit, folder }, name, file, settings, options);
    },
    async settle() {
      if (online) await writing(folder, () => noteCommit(folder, id.revision ?? "main", commit));
    },
  };
}
