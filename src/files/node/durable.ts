import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file and waits until the disk has it. @throws Error of the file system, such as ENOSPC. */
export async function writeDurably(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await withFile(path, "w", async (file) => {
    for (const piece of pieces) await writeAll(file, piece);
    await file.sync();
  });
}

/** Adds to a file, whole or not at all: where the disk takes only a part, that is cut off again. */
export async function appendDurably(path: string, bytes: Uint8Array): Promise<void> {
  await withFile(path, "a", async (file) => {
    const { size } = await file.stat();
    try {
      await writeAll(file, bytes);
      await file.sync();
    } catch (error) {
      await file.truncate(size).catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  });
}

/** Renames and waits until the disk knows of it. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Waits until the disk knows the names in a folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  await withFile(path, "r", (folder) => folder.sync());
}

async function withFile(path: string, flags: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

/** Writes every byte: a single write may take only a part of them. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, Math.min(bytes.length - done, LARGEST_WRITE))).bytesWritten;
  }
}

/** What the system writes in one call, in bytes. */
export const LARGEST_WRITE = 2 ** 30;
