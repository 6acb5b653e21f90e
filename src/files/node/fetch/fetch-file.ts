import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../../errors.js";
import { checksumOf } from "../checksum.js";
import { fetchPart } from "./fetch-part.js";
import { discard, type FetchOptions, type FetchRequest, partOf, tagOf } from "./fetch-request.js";
import { retry } from "./retry.js";

/**
 * Fetches a file over HTTP: goes on where an earlier attempt broke off, checks size and checksum where they are known,
 * and gives the file its name only when it is complete. A file that is there already is checked and kept.
 * @throws UserError when the server refuses, keeps failing, or sends something else than was expected.
 */
export async function fetchFile(request: FetchRequest, options: FetchOptions = {}): Promise<"fetched" | "present"> {
  const { target } = request;
  if ((await sizeOf(target)) !== undefined) {
    await checkContent(request, target, { words: "remove it and fetch it again" });
    return "present";
  }
  if (!URL.canParse(request.url)) throw new UserError(`got address ${request.url}; expected one such as https://…`);
  await mkdir(dirname(target), { recursive: true }).catch((error: Error) => {
    throw new UserError(`${dirname(target)}: got ${error.message}; expected a folder to write to`);
  });
  const { words, option } = elsewhereOf(request);
  const fix = { words: `what came from ${request.url} is removed; try ${words}`, option };
  const resumed = (await sizeOf(partOf(request))) !== undefined;
  await fetchWhole(request, options);
  try {
    await checkContent(request, partOf(request), fix);
  } catch (error) {
    await discard(request);
    if (!resumed) throw error;
    options.onNotice?.({ kind: "unfit-part", path: target });
    await fetchWhole(request, options);
    await checkContent(request, partOf(request), fix).catch(async (again: unknown) => {
      await discard(request);
      throw again;
    });
  }
  await rename(partOf(request), target);
  await rm(tagOf(request), { force: true });
  return "fetched";
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** What mends a file that does not come as it should, and the option that does it. */
interface Fix {
  readonly words: string;
  readonly option?: string | undefined;
}

function elsewhereOf({ elsewhere }: FetchRequest): Fix {
  return elsewhere === undefined ? { words: "another mirror", option: "base" } : { words: elsewhere };
}

function fetchWhole(request: FetchRequest, options: FetchOptions): Promise<void> {
  const { signal, onNotice, attempts = 5, pause = 1000 } = options;
  const { words, option } = elsewhereOf(request);
  const size = async () => (await sizeOf(partOf(request))) ?? 0;
  let most: number | undefined;
  const work = async () => {
    most ??= await size();
    return fetchPart(request, options);
  };
  return retry(work, {
    ...{ attempts, pause, signal },
    onRetry: (reason, seconds) => onNotice?.({ kind: "retry", address: request.url, reason, seconds }),
    gained: async () => {
      const [before, now] = [most!, await size()];
      most = Math.max(before, now);
      return now > before;
    },
    giveUp: (reason, attempts) =>
      new UserError(
        `${request.url}: got no complete file in ${attempts} attempts (${reason}); what came is kept: try again later, or ${words}`,
        { option },
      ),
  });
}

/** Compares a file with what it must be. @throws UserError that ends with the fix when it is another. */
async function checkContent(
  { target, bytes, checksum }: FetchRequest,
  path: string,
  { words, option }: Fix,
): Promise<void> {
  const wrong = (got: string, expected: string | number) =>
    new UserError(`${target}: got ${got}; expected ${expected}; ${words}`, { option });
  const size = await sizeOf(path);
  if (bytes !== undefined && size !== bytes) throw wrong(`${size} bytes`, bytes);
  if (checksum === undefined) return;
  const found = await checksumOf(path, checksum.kind);
  if (found !== checksum.hex) throw wrong(`content with ${checksum.kind} ${found}`, checksum.hex);
}
