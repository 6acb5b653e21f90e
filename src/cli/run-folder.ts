import { appendFile, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../errors.js";

/** The folder a run writes into. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file whole or not at all: first beside, then renamed. Folders are made. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Adds one line of JSON. */
  log(name: string, record: object): Promise<void>;
}

/**
 * Makes the folder of a new run.
 * @throws UserError when it already holds something, so that no run overwrites another, or cannot be written.
 */
export async function newRunFolder(path: string): Promise<RunFolder> {
  try {
    await makeFolder(path);
    const held = await readdir(path);
    if (held.length > 0) {
      throw new UserError(
        `--out: ${path} already holds ${held.slice(0, 3).join(", ")}; choose a new folder, or remove this one`,
      );
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `--out: cannot write to ${path} (${error instanceof Error ? error.message : error}); choose another folder`,
    );
  }
  return {
    path,
    async write(name, content) {
      const target = join(path, name);
      await makeFolder(dirname(target));
      await writeFile(`${target}.part`, content);
      await rename(`${target}.part`, target);
    },
    log: (name, record) => appendFile(join(path, name), `${JSON.stringify(record)}\n`),
  };
}

/** Makes a folder and those above it. Node's own `recursive` never returns where the system refuses, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

/** A folder name nobody used yet: `runs/compare-glyphs-20261123-142501`. */
export function freshRunPath(kind: string, now = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, "");
  return join("runs", `${kind}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`);
}
