import { open, readFile, stat, writeFile } from "node:fs/promises";
import { UserError } from "../../../errors.js";
import { discard, type FetchOptions, type FetchRequest, partOf, tagOf } from "./fetch-request.js";
import { Interrupted } from "./retry.js";

/**
 * Asks once for what is missing of a file, and keeps what comes.
 * @throws UserError when asking again would not help; Interrupted otherwise.
 */
export async function fetchPart(
  request: FetchRequest,
  { onProgress, signal, patience = 30_000 }: FetchOptions,
): Promise<void> {
  const { target, bytes } = request;
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), patience);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), patience);
  };
  try {
    const have = (await stat(partOf(request)).catch(() => undefined))?.size ?? 0;
    const tag = await readFile(tagOf(request), "utf8").catch(() => "");
    const response = await ask(request, have, tag, [signal, idle.signal]);
    const start = await startOf(response, have, request);
    if (start === "complete") return;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total = Number.isFinite(length) ? start + length : bytes;
    if (start === 0) await writeFile(tagOf(request), response.headers.get("etag") ?? "");
    const end = await append(response, partOf(request), start, bytes ?? Number.POSITIVE_INFINITY, (at) => {
      alive();
      onProgress?.(at, total);
    });
    if (total !== undefined && end < total) throw new Interrupted(`the connection ended at byte ${end} of ${total}`);
  } catch (error) {
    if (idle.signal.aborted) throw new Interrupted(`nothing came for ${patience / 1000} s`);
    if (error instanceof UserError || error instanceof Interrupted || signal?.aborted) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && /^(ENOSPC|EACCES|EROFS|EDQUOT|EISDIR|EPERM)$/.test(code)) {
      throw new UserError(`${target}: got ${(error as Error).message}; expected a place to write to`);
    }
    throw failureOf(error, request.url);
  } finally {
    clearTimeout(timer);
  }
}

/** What a request that brought no answer means: a lost connection, or an address that never answers. */
export function failureOf(error: unknown, url: string): Interrupted | UserError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
  if (cause.message === "redirect count exceeded") {
    return new UserError(`${url}: the server leads from one address to the next without end; expected an answer`);
  }
  if (/scheme/.test(cause.message)) {
    return new UserError(`${url}: the server leads to an address that is none of the web (${cause.message})`);
  }
  // Addresses that all failed come as an error of several without a message of its own.
  const { code } = cause as NodeJS.ErrnoException;
  return new Interrupted(cause.message || code || "no connection");
}

function ask(
  { url, headers }: FetchRequest,
  have: number,
  tag: string,
  signals: readonly (AbortSignal | undefined)[],
): Promise<Response> {
  const range = have > 0 ? { range: `bytes=${have}-`, ...(/^"/.test(tag) && { "if-range": tag }) } : {};
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  return fetch(url, { headers: { ...headers, "accept-encoding": "identity", ...range }, signal });
}

/**
 * Where the answer's bytes belong.
 * @throws UserError when the server refuses; Interrupted when it may not the next time.
 */
async function startOf(response: Response, have: number, request: FetchRequest): Promise<number | "complete"> {
  const { status, statusText } = response;
  if (status === 200) return 0;
  const range = response.headers.get("content-range") ?? "";
  if (status === 206) {
    const [, first] = /^bytes (\d+)-/.exec(range) ?? [];
    if (Number(first) === have) return have;
    await response.body?.cancel();
    await discard(request);
    throw new Interrupted(`the server sent ${range || "some part"} instead of bytes from ${have}`);
  }
  await response.body?.cancel();
  if (status === 416) {
    const [, total] = /^bytes \*\/(\d+)$/.exec(range) ?? [];
    if (have > 0 && Number(total ?? request.bytes) === have) return "complete";
    await discard(request);
    throw new Interrupted("the server has fewer bytes than there are here");
  }
  const busy = busyFor(response);
  if (busy !== undefined) throw busy;
  throw (
    request.explain?.(response) ??
    new UserError(`${request.url}: got ${status} ${statusText}; expected the file; has it moved? give another home`, {
      option: "base",
    })
  );
}

/** The answer of a server that has too much to do or is broken for now; undefined for any other. */
export function busyFor({ status, statusText, headers }: Response): Interrupted | undefined {
  if (status < 500 && status !== 429 && status !== 408) return undefined;
  const after = headers.get("retry-after") ?? "";
  // Seconds, a date, or the time until the count starts anew, as in IETF's draft: `RateLimit: "api";r=0;t=55`.
  const [, reset] = /;t=(\d+)/.exec(headers.get("ratelimit") ?? "") ?? [];
  const date = (Date.parse(after) - Date.now()) / 1000;
  const seconds = /^\d+$/.test(after) ? Number(after) : after !== "" ? date : Number(reset);
  return new Interrupted(`the server answered ${status} ${statusText}`.trimEnd(), seconds > 0 ? seconds : undefined);
}

/** Writes the answer from `start` on. @returns where it ended. @throws UserError beyond `most` bytes. */
async function append(
  response: Response,
  path: string,
  start: number,
  most: number,
  onBytes: (at: number) => void,
): Promise<number> {
  const file = await open(path, start === 0 ? "w" : "r+");
  try {
    let at = start;
    const reader = response.body!.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const chunk = part.value;
      if (at + chunk.length > most) {
        void reader.cancel();
        throw new TooMuch(`${response.url}: got more than the ${most} bytes of the file expected; is it another one?`);
      }
      await file.write(chunk, 0, chunk.length, at);
      at += chunk.length;
      onBytes(at);
    }
    await file.truncate(at);
    return at;
  } catch (error) {
    if (error instanceof TooMuch) await file.truncate(0);
    throw error;
  } finally {
    await file.close();
  }
}

/** The server sends more than the file has: it is another one. */
class TooMuch extends UserError {}
