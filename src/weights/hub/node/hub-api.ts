import { quoted, UserError } from "../../../errors.js";
import { busyFor, failureOf } from "../../../files/node/fetch/fetch-part.js";
import { Interrupted, retry } from "../../../files/node/fetch/retry.js";
import type { OnNotice } from "../../../notice.js";
import { formatHubId, type HubId } from "../hub-id.js";
import type { HubSettings } from "./hub-settings.js";

/** How the hub is asked. */
export interface HubRequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told before a new attempt, and whatever else a user should know. */
  readonly onNotice?: OnNotice | undefined;
  /** Attempts before it is given up (3 by default; 5 for files, if nothing new comes). */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; they double with each further one (1000 by default). */
  readonly pause?: number;
  /** Milliseconds without an answer after which an attempt is given up (30,000 by default). */
  readonly patience?: number;
}

/** The hub could not be reached, or is too busy: what the cache has may do. */
export class HubUnreachable extends UserError {}

/** There is no such repository, or not for who asks. */
export class HubMissing extends UserError {}

/** The longest answer that is read, in bytes: a few lines about a repository and some of its files. */
const LONGEST_ANSWER = 4 * 2 ** 20;

/**
 * A `fetch` for the hub's interface: with the token for the hub alone, a time limit and new attempts where they may
 * help. It gives answers that are complete and of bounded size.
 * @throws HubUnreachable when no answer comes; UserError that says what a refusal means.
 */
export function hubFetch(settings: HubSettings, id: HubId, options: HubRequestOptions): typeof fetch {
  const { signal, onNotice, attempts = 3, pause = 1000, patience = 30_000 } = options;
  return (input, init) => {
    const address = String(input).replace(/\?.*/, "");
    const ask = async () => {
      const limit = AbortSignal.timeout(patience);
      try {
        const headers = { ...headersFor(settings), ...(init?.headers as Record<string, string>) };
        const signals = signal === undefined ? [limit] : [signal, limit];
        const response = await fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
        if (response.ok) return new Response(await bodyOf(response, address));
        const refused = busyFor(response) ?? explain(response, id, settings);
        await response.body?.cancel();
        throw refused;
      } catch (error) {
        throw limit.aborted ? new Interrupted(`no answer in ${patience / 1000} s`) : likely(error, address);
      }
    };
    return retry(ask, {
      ...{ attempts, pause, signal },
      onRetry: (reason, seconds) => onNotice?.({ kind: "retry", address: settings.endpoint, reason, seconds }),
      giveUp: (why) => new HubUnreachable(`${settings.endpoint}: got no answer about ${formatHubId(id)} (${why})`),
    });
  };
}

const likely = (error: unknown, address: string) =>
  error instanceof UserError || error instanceof Interrupted ? error : failureOf(error, address);

/** What every request to the hub carries. `fetch` leaves the token out where it is led to another host. */
export function headersFor({ token }: HubSettings): Record<string, string> {
  return { "user-agent": "senet", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
}

async function bodyOf(response: Response, address: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader!.read()) {
    length += part.value.length;
    if (length > LONGEST_ANSWER) {
      void reader!.cancel();
      throw new UserError(`${address}: got more than ${LONGEST_ANSWER} bytes; expected a hub's short answer`);
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * What a refusal means. The hub says that a repository is not there by 401 to who is not logged in, so that nobody
 * learns of private ones.
 */
export function explain(response: Response, id: HubId, { endpoint, token }: HubSettings): UserError {
  const { status, headers } = response;
  const [code, said] = [headers.get("x-error-code"), headers.get("x-error-message") ?? ""];
  const address = `${endpoint}/${id.repository}`;
  if (code === "GatedRepo") {
    const then = token === undefined ? "set HF_TOKEN to a token of your account" : "check that HF_TOKEN may read it";
    return new UserError(`${formatHubId(id)}: it is gated; accept its terms at ${address}, then ${then}`);
  }
  if (code === "RevisionNotFound") {
    return new UserError(
      `${id.repository}: got revision "${id.revision ?? "main"}"; expected a branch, tag or commit of ${address}`,
    );
  }
  if (code === "EntryNotFound") {
    return new UserError(`${formatHubId(id)}: ${endpoint} lists a file that it does not give; pull it again`);
  }
  if (status === 401 && token !== undefined && /credentials/i.test(said)) {
    return new UserError(`${endpoint}: the token was refused; set HF_TOKEN to one of ${endpoint}/settings/tokens`);
  }
  if (code === "RepoNotFound" || status === 401 || status === 404) {
    const hidden =
      token === undefined ? "if it is private, set HF_TOKEN" : "if it is private, HF_TOKEN must be able to read it";
    return new HubMissing(`${id.repository}: no such repository at ${endpoint}; check the name; ${hidden}`);
  }
  const text = said === "" ? "" : ` (${quoted(said)})`;
  return new UserError(`${address}: the hub refused with ${status}${text}; check the name and HF_TOKEN`);
}
