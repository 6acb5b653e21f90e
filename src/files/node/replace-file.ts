import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { LARGEST_WRITE, renameDurably, writeDurably } from "./durable.js";
import { checkIsFile } from "./open-file.js";

/**
 * Writes a file as one: whoever reads it, whenever the power fails, finds what was there before or all that is new.
 * Where writing fails, nothing is left beside it.
 * @param beside where it is written first. By default in a file of this process alone.
 * @throws Error of the file system, such as ENOSPC, or when something that is no file has the name.
 */
export async function replaceFile(
  path: string,
  content: string | Iterable<Uint8Array>,
  beside = besideOf(path),
): Promise<void> {
  checkReplaceable(path);
  try {
    await writeDurably(beside, typeof content === "string" ? [new TextEncoder().encode(content)] : content);
    await renameDurably(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

/** What {@link replaceFile} does, in one go. @throws as it. */
export function replaceFileSync(path: string, pieces: Iterable<Uint8Array>): void {
  checkReplaceable(path);
  const beside = besideOf(path);
  const descriptor = openSync(beside, "w");
  try {
    for (const piece of pieces) writeAllSync(descriptor, piece);
    fsyncSync(descriptor);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function besideOf(path: string): string {
  return `${path}.${process.pid}.part`;
}

/** A device or a pipe that a file is renamed to, such as /dev/null, would be gone for everybody. */
function checkReplaceable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined) checkIsFile(found);
}

function writeAllSync(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, Math.min(bytes.length - done, LARGEST_WRITE));
  }
}
