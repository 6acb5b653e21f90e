import * as z from "zod/mini";
import { UserError } from "../../../errors.js";
import type { Checksum } from "../../../files/node/checksum.js";
import { formatHubId, type HubId } from "../hub-id.js";
import { type HubRequestOptions, hubFetch } from "./hub-api.js";
import { isCommit } from "./hub-cache.js";
import type { HubSettings } from "./hub-settings.js";

/**
 * The commit that an id stands for now.
 * @throws HubUnreachable when no answer comes; UserError for any but a commit.
 */
export async function askCommit(id: HubId, settings: HubSettings, options: HubRequestOptions): Promise<string> {
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

/** What the hub says of a file. */
export interface RemoteFile {
  readonly bytes: number;
  readonly checksum: Checksum;
}

const fileAnswer = z.object({
  path: z.string(),
  size: z.int().check(z.minimum(0)),
  oid: z.string().check(z.regex(/^[0-9a-f]{40}$/)),
  lfs: z.optional(z.object({ oid: z.string().check(z.regex(/^[0-9a-f]{64}$/)), size: z.int().check(z.minimum(0)) })),
});

/** Sizes and checksums of those of some files that a commit has. @throws as `askCommit`. */
export async function askFiles(
  { repository }: HubId,
  commit: string,
  names: readonly string[],
  settings: HubSettings,
  options: HubRequestOptions,
): Promise<Map<string, RemoteFile>> {
  const { pathsInfo } = await import("@huggingface/hub");
  const fetch = hubFetch(settings, { repository, revision: commit }, options);
  const asked = { repo: repository, revision: commit, paths: [...names], hubUrl: settings.endpoint, fetch };
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
