import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UserError } from "../../errors.js";
import type { NamedBytes } from "../named-bytes.js";

const gunzipBytes = promisify(gunzip);

/**
 * The most bytes one file may hold, as it lies and uncompressed, so that a broken or hostile file gives an error and
 * not a machine out of memory. The largest known file is the archive of CIFAR-100: 60,000 · 3,074 bytes = 184 MB.
 */
export const maxBytes = 200_000_000;

/**
 * Reads a whole file, uncompressed if its name ends in .gz or .tgz.
 * @throws UserError when it cannot be read, is no valid gzip, or holds more than `limit` bytes.
 */
export async function readBytes(path: string, limit = maxBytes): Promise<NamedBytes> {
  let file: FileHandle | undefined;
  try {
    file = await openWithoutWaiting(path);
    const status = await file.stat();
    if (status.isDirectory()) throw new UserError(`${path}: got a folder; expected a file`);
    if (!status.isFile()) throw new UserError(`${path}: got a device; expected a file`); // a device may never end
    if (status.size > limit) throw tooLarge(path, `${status.size} bytes`, limit);
    const bytes = await file.readFile();
    return { source: path, bytes: /\.t?gz$/i.test(path) ? await uncompress(bytes, path, limit) : bytes };
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** Opens a file to read; a pipe too, without waiting for its other end, so that it can be refused. */
function openWithoutWaiting(path: string | Buffer): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows has no such flag
}

async function uncompress(bytes: Uint8Array, path: string, limit: number): Promise<Uint8Array> {
  try {
    return await gunzipBytes(bytes, { maxOutputLength: limit });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path, "more once uncompressed", limit);
    throw new UserError(`${path}: got no valid gzip (${message}); expected a complete .gz file; fetch it again`);
  }
}

function tooLarge(path: string, given: string, limit: number): UserError {
  return new UserError(`${path}: got ${given}; expected at most ${limit} bytes; is it another dataset's file?`);
}

/** The error for a path that the operating system refuses. */
export function unreadable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new UserError(`${path}: got no such file or folder; expected one to read data from; check the path`);
  }
  return new UserError(`${path}: got ${message}; expected a file or folder that can be read`);
}
