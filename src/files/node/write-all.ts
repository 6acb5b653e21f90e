import type { FileHandle } from "node:fs/promises";

/** The most bytes that the system writes in one call. */
const LARGEST_WRITE = 2 ** 30;

/** Writes every byte: a single write may take only a part of them. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length)
    done += (await file.write(bytes, done, Math.min(bytes.length - done, LARGEST_WRITE))).bytesWritten;
}
