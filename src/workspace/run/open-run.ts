import { type RunConfig, type RunFacts, writeRunConfig } from "./run-config.js";
import { newRunFolder, openRunFolder, type RunFolder, type RunFolderOptions } from "./run-folder.js";
import { lockRun } from "./run-lock.js";

/** A run's folder that no other process of this machine works in. */
export interface Run extends RunFolder {
  /** Lets others in again. */
  close(): void;
}

/** What a new run is. */
export interface StartRunOptions extends RunFolderOptions {
  /** What it was told, from which it can go on. */
  readonly config: RunConfig;
  /** The same in the words of the library, for people. */
  readonly facts: RunFacts;
}

/**
 * Starts a run in a new folder, whose `config.json` says what it is.
 * @throws UserError when the folder already holds something or cannot be written.
 */
export async function startRun(path: string, { config, facts, ...options }: StartRunOptions): Promise<Run> {
  const folder = await newRunFolder(path, options);
  await writeRunConfig(folder, config, facts);
  return { ...folder, close: lockRun(path) };
}

/**
 * Opens the folder of a run that goes on; `readRunConfig` says what it was started with.
 * @throws UserError while another process works there.
 */
export function openRun(path: string, options: RunFolderOptions = {}): Run {
  return { ...openRunFolder(path, options), close: lockRun(path) };
}
