import { statSync } from "node:fs";
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { optionError, UserError } from "../../errors.js";
import { appendDurably } from "../../files/node/durable.js";
import { replaceFile } from "../../files/node/replace-file.js";
import type { CheckpointFolder } from "../../train/node/checkpoint-folder.js";
import { checkpointFolder } from "../../train/node/checkpoint-folder.js";

/** The folder a run writes into. What cannot be written is a `UserError` that says how the run goes on. */
export interface RunFolder {
  readonly path: string;
  /** How a user goes on with this run, for messages. */
  readonly goOn: string;
  /** Writes a file whole or not at all. A folder in its name is made. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Adds to a file, whole or not at all. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** Adds one line of JSON. */
  log(name: string, record: object): Promise<void>;
  /** The checkpoints in a folder of that name. */
  checkpoints(name: string): CheckpointFolder;
}

/** The file that makes a folder one of a run: written first, as one. */
export const CONFIG = "config.json";

/** How a folder is opened. */
export interface RunFolderOptions {
  /** How a user goes on with the run, for messages, such as a command line; `the run in PATH` by default. */
  readonly goOn?: string | undefined;
}

/**
 * Makes the folder of a new run.
 * @throws UserError when it already holds something, so that no run overwrites another, or cannot be written.
 */
export async function newRunFolder(path: string, options: RunFolderOptions = {}): Promise<NewRunFolder> {
  const folder = openRunFolder(path, options);
  const made: string[] = [];
  try {
    await makeFolder(path, made);
    const held = (await readdir(path)).filter((name) => name !== `${CONFIG}.part`); // of a run killed in its first moment
    if (held.length > 0) {
      const instead = held.includes(CONFIG) ? `go on with ${folder.goOn}` : "remove this one";
      throw optionError(
        "out",
        `${path} already holds ${held.slice(0, 3).join(", ")}; choose a new folder, or ${instead}`,
      );
    }
    await rm(join(path, `${CONFIG}.part`), { force: true });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : error;
    throw optionError("out", `cannot write to ${path} (${reason}); choose another folder`);
  }
  return { folder, unmake: () => unmake(path, made) };
}

/** A folder that was made for a run. */
export interface NewRunFolder {
  readonly folder: RunFolder;
  /** Removes all that is in it, and the folders that were made for it and hold nothing else. */
  unmake(): Promise<void>;
}

/** @param made the folders that were made, the outermost first; the last is the run's own, unless it was there. */
async function unmake(path: string, made: readonly string[]): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true });
  for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined); // another run may be in it
}

/** Opens the folder of a run that exists. */
export function openRunFolder(path: string, { goOn = `the run in ${path}` }: RunFolderOptions = {}): RunFolder {
  const saving = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw unsaved(join(path, name), error, goOn);
    });
  const appended = new Map<string, Promise<void>>();
  const append = (name: string, bytes: Uint8Array) => {
    const add = async () => {
      await makeFolderInside(path, name);
      await appendDurably(join(path, name), bytes);
    };
    // One after the other: runs side by side add to one log, and what fails is cut off where it began.
    const turn = (appended.get(name) ?? Promise.resolve()).catch(() => undefined).then(add);
    appended.set(name, turn);
    return saving(name, () => turn);
  };
  return {
    path,
    goOn,
    write: (name, content) =>
      saving(name, async () => {
        await makeFolderInside(path, name);
        // The run's lock keeps others out, and the next process writes over what a killed one left beside.
        const pieces = typeof content === "string" ? content : [content];
        await replaceFile(join(path, name), pieces, `${join(path, name)}.part`);
      }),
    append,
    log: (name, record) => append(name, new TextEncoder().encode(`${JSON.stringify(record)}\n`)),
    checkpoints(name) {
      const { load, save } = checkpointFolder(join(path, name));
      const saveInside = async (checkpoint: Parameters<typeof save>[0]) => {
        await makeFolderInside(path, name);
        await save(checkpoint);
      };
      return { path: join(path, name), load, save: (checkpoint) => saving(name, () => saveInside(checkpoint)) };
    },
  };
}

/** What is written when an epoch is done, after the checkpoint before its first step. */
const LOG = "metrics.jsonl";

/** @throws UserError where epochs were trained, so that there were checkpoints, which are not there any more. */
export function checkUntrained({ path }: RunFolder, checkpoints: string): void {
  const bytes = statSync(join(path, LOG), { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return;
  throw new UserError(
    `${path}: got ${LOG} of epochs that were trained, but no checkpoints in ${checkpoints}; put them back, or start anew in another folder`,
    { option: "resume" },
  );
}

/** One line for what the file system refused. */
function unsaved(path: string, error: unknown, goOn: string): unknown {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === undefined) return error;
  const remedies: Readonly<Record<string, string>> = {
    ENOSPC: "make room",
    EDQUOT: "make room",
    ENOENT: "put the folder back",
    EACCES: "make the folder writable",
    EROFS: "make the folder writable",
  };
  return new UserError(
    `cannot write ${path} (${message}); what was saved before is whole; ` +
      `${remedies[code] ?? "see to the disk"}, then go on with: ${goOn}`,
  );
}

/** Makes the folders in a file's name. The run's own is not made again: who removed it did not want the rest. */
async function makeFolderInside(path: string, name: string): Promise<void> {
  const parts = name.split("/").slice(0, -1);
  for (const i of parts.keys()) {
    await mkdir(join(path, ...parts.slice(0, i + 1))).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Makes a folder and those above it, and notes which. Node's own `recursive` never returns where the system refuses, as in /proc. */
async function makeFolder(path: string, made: string[]): Promise<void> {
  const make = () =>
    mkdir(path).then(
      () => made.push(path),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path), made);
    await make();
  }
}

/**
 * A folder name nobody used yet: `runs/compare-glyphs-20261123-142501`.
 * @example
 * ```ts
 * import { freshRunPath } from "senet/node";
 *
 * console.log(/^runs.train-\d{8}-\d{6}$/.test(freshRunPath("train"))); // true
 * ```
 */
export function freshRunPath(kind: string, now = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, "");
  return join("runs", `${kind}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`);
}
