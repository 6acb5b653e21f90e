import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../errors.js";
import type { ByteSource } from "../tar.js";
import { unreadable } from "./read-bytes.js";

/**
 * Opens a file to be read by place, closed when `use` is done. Reads fetch some bytes more, in which what lies close
 * together is found again.
 * @throws UserError when it cannot be opened.
 */
export async function withFileSource<T>(
  path: string,
  use: (source: ByteSource, file: FileHandle) => T | Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    return await use(byteSource(path, file, (await file.stat()).size), file);
  } catch (error) {
    throw error instanceof UserError || file !== undefined ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

function byteSource(source: string, { fd }: FileHandle, size: number): ByteSource {
  let [start, window] = [0, new Uint8Array(0)];
  return {
    source,
    size,
    read(at, length) {
      if (at < start || at + length > start + window.length) {
        const fresh = new Uint8Array(Math.max(length, 2048));
        [start, window] = [at, fresh.subarray(0, readSync(fd, fresh, 0, fresh.length, at))];
      }
      return window.subarray(at - start, at - start + length);
    },
  };
}
