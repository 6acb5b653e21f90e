import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { optionError, UserError } from "../../errors.js";
import { replaceFile } from "../../files/node/replace-file.js";

/** @throws UserError when there is something in the folder already, or it is none. */
export async function checkNewFolder(path: string): Promise<void> {
  const held = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw optionError("out", `cannot write to ${path} (${error.message}); choose another folder`);
  });
  if (held.length > 0) throw optionError("out", `${path} already holds ${held[0]}; choose a new folder`);
}

/**
 * Writes files into a folder that is made for them, each whole or not at all.
 * @throws UserError when the folder already holds something or cannot be written.
 */
export async function writeNewFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await checkNewFolder(path);
    for (const [name, bytes] of files) await replaceFile(join(path, name), [bytes]);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw optionError("out", `cannot write to ${path} (${(error as Error).message}); choose another folder`);
  }
}
