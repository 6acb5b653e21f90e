import { createHash } from "node:crypto";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { writeAll } from "./write-all.js";

/** Writes a file, waits until the disk has it, and returns the SHA-256 of its bytes in hexadecimal digits. */
export async function writeDurably(path: string, pieces: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  await withFile(path, "w", async (file) => {
    for (const piece of pieces) {
      hash.update(piece);
      await writeAll(file, piece);
    }
    await file.sync();
  });
  return hash.digest("hex");
}

/** Replaces a file as one: whoever reads it, whenever the power fails, finds the old content or the new. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await writeDurably(`${path}.part`, [bytes]);
  await renameDurably(`${path}.part`, path);
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
