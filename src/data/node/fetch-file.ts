import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../errors.js";

/** What is fetched and what it must be. */
export interface FetchRequest {
  readonly url: string;
  /** Where it goes. While it is not complete it lies beside, with `.part` at the end of its name. */
  readonly target: string;
  readonly bytes?: number | undefined;
  readonly md5?: string | undefined;
}

/** How a file is fetched. */
export interface FetchOptions {
  /** Called with the bytes there are and, where it is known, how many there will be. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** Called with one line before a new attempt. */
  readonly onRetry?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Attempts in a row that bring nothing new (5 by default). */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; they double with each further one (1000 by default). */
  readonly pause?: number;
  /** Milliseconds without a byte after which an attempt is given up (30,000 by default). */
  readonly patience?: number;
}

/**
 * Fetches a file over HTTP: goes on where an earlier attempt broke off, checks size and MD5 where they are known, and
 * gives the file its name only when it is complete. A file that is there already is checked and kept.
 * @throws UserError when the server refuses, keeps failing, or sends something else than was expected.
 */
export async function fetchFile(request: FetchRequest, options: FetchOptions = {}): Promise<"fetched" | "present"> {
  const { target } = request;
  if ((await sizeOf(target)) !== undefined) {
    await checkContent(request, target);
    return "present";
  }
  if (!URL.canParse(request.url)) throw new UserError(`got address ${request.url}; expected one such as https://…`);
  await mkdir(dirname(target), { recursive: true }).catch((error: Error) => {
    throw new UserError(`${dirname(target)}: got ${error.message}; expected a folder to write to`);
  });
  const resumed = (await sizeOf(partOf(target))) !== undefined;
  await fetchWhole(request, options);
  try {
    await checkContent(request, partOf(target));
  } catch (error) {
    await discard(target);
    if (!resumed) throw error;
    options.onRetry?.(`${target}: what was there before does not fit; fetching it anew`);
    await fetchWhole(request, options);
    await checkContent(request, partOf(target)).catch(async (again: unknown) => {
      await discard(target);
      throw again;
    });
  }
  await rename(partOf(target), target);
  await rm(tagOf(target), { force: true });
  return "fetched";
}

const partOf = (target: string) => `${target}.part`;
/** Where the server's name for the version of the content is kept, so that parts of two versions never meet. */
const tagOf = (target: string) => `${target}.part.etag`;

async function discard(target: string): Promise<void> {
  await rm(partOf(target), { force: true });
  await rm(tagOf(target), { force: true });
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** An attempt that failed in a way that another may not. */
class Interrupted extends Error {}

async function fetchWhole(request: FetchRequest, options: FetchOptions): Promise<void> {
  const { signal, onRetry, attempts = 5, pause = 1000 } = options;
  let most = (await sizeOf(partOf(request.target))) ?? 0;
  for (let failures = 0; ; ) {
    try {
      return await attempt(request, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const now = (await sizeOf(partOf(request.target))) ?? 0;
      failures = now > most ? 1 : failures + 1;
      most = Math.max(most, now);
      if (failures >= attempts) {
        throw new UserError(
          `${request.url}: got no complete file in ${attempts} attempts (${error.message}); what came is kept: try again ` +
            "later, or another mirror with --base",
        );
      }
      const milliseconds = pause * 2 ** (failures - 1);
      onRetry?.(`${request.url}: ${error.message}; trying again in ${Math.round(milliseconds / 100) / 10} s`);
      await sleep(milliseconds, signal);
    }
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function attempt(request: FetchRequest, { onProgress, signal, patience = 30_000 }: FetchOptions): Promise<void> {
  const { url, target, bytes } = request;
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), patience);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), patience);
  };
  try {
    const have = (await sizeOf(partOf(target))) ?? 0;
    const response = await ask(url, have, await readFile(tagOf(target), "utf8").catch(() => ""), [signal, idle.signal]);
    const start = await startOf(response, have, request);
    if (start === "complete") return;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total = Number.isFinite(length) ? start + length : bytes;
    if (start === 0) await writeFile(tagOf(target), response.headers.get("etag") ?? "");
    const end = await append(response, partOf(target), start, bytes ?? Number.POSITIVE_INFINITY, (at) => {
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
    const cause = (error as Error).cause;
    throw new Interrupted(cause instanceof Error ? cause.message : (error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

function ask(url: string, have: number, tag: string, signals: readonly (AbortSignal | undefined)[]): Promise<Response> {
  const range = have > 0 ? { range: `bytes=${have}-`, ...(/^"/.test(tag) && { "if-range": tag }) } : {};
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  return fetch(url, { headers: { "accept-encoding": "identity", ...range }, signal });
}

/** Where the answer's bytes belong. @throws UserError when the server refuses; Interrupted when it may not the next time. */
async function startOf(response: Response, have: number, request: FetchRequest): Promise<number | "complete"> {
  const { status, statusText } = response;
  if (status === 200) return 0;
  const range = response.headers.get("content-range") ?? "";
  if (status === 206) {
    const [, first] = /^bytes (\d+)-/.exec(range) ?? [];
    if (Number(first) === have) return have;
    await response.body?.cancel();
    await discard(request.target);
    throw new Interrupted(`the server sent ${range || "some part"} instead of bytes from ${have}`);
  }
  await response.body?.cancel();
  if (status === 416) {
    const [, total] = /^bytes \*\/(\d+)$/.exec(range) ?? [];
    if (have > 0 && Number(total ?? request.bytes) === have) return "complete";
    await discard(request.target);
    throw new Interrupted("the server has fewer bytes than there are here");
  }
  if (status >= 500 || status === 429 || status === 408)
    throw new Interrupted(`the server answered ${status} ${statusText}`);
  throw new UserError(
    `${request.url}: got ${status} ${statusText}; expected the file; has it moved? give another home with --base URL`,
  );
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

async function checkContent({ url, bytes, md5 }: FetchRequest, path: string): Promise<void> {
  const fix = path.endsWith(".part")
    ? `what came from ${url} is removed; try another mirror with --base URL`
    : `remove it and fetch it again`;
  const wrong = (got: string, expected: string | number) =>
    new UserError(`${path.replace(/\.part$/, "")}: got ${got}; expected ${expected}; ${fix}`);
  const size = await sizeOf(path);
  if (bytes !== undefined && size !== bytes) throw wrong(`${size} bytes`, bytes);
  if (md5 === undefined) return;
  const hash = createHash("md5");
  await pipeline(createReadStream(path), hash);
  const found = hash.digest("hex");
  if (found !== md5) throw wrong(`content with MD5 ${found}`, md5);
}
