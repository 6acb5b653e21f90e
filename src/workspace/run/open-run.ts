import { checkOutsideData } from "../../data/node/outside-data.js";
import { type RunConfig, type RunFacts, writeRunConfig } from "./run-config.js";
import { newRunFolder, openRunFolder, type RunFolder, type RunFolderOptions } from "./run-folder.js";
import { lockRun } from "./run-lock.js";

/** A run's folder that no other process of this machine works in. */
export interface Run extends RunFolder {
  /** Lets others in again. */
  close(): void;
}

/** A run that begins. */
export interface StartedRun extends Run {
  /** Removes what was made for it, where nothing came of it, so that it can be started again; and closes it. */
  discard(): Promise<void>;
}

/** What a new run is. */
export interface StartRunOptions extends RunFolderOptions {
  /** The dataset that it reads, as `openDataset` takes it: the run must not lie among its classes. */
  readonly data?: string | undefined;
  /** What it was told, from which it can go on. */
  readonly config: RunConfig;
  /** The same in the words of the library, for people. */
  readonly facts: RunFacts;
}

/**
 * Starts a run in a new folder, whose `config.json` says what it is.
 * @throws UserError when the folder already holds something, lies among the data or cannot be written.
 * @example
 * ```ts
 * import { defaultRecipe, noAugmentation } from "senet";
 * import { startRun } from "senet/node";
 *
 * const recipe = { ...defaultRecipe, epochs: 1, augment: noAugmentation };
 * const config = { kind: "train", command: "my program", flags: {} };
 * const run = await startRun("runs/started", { config, facts: { recipe } }); // locked until it is closed
 * await run.log("metrics.jsonl", { epoch: 1 });
 * run.close();
 * console.log(run.path); // runs/started
 * ```
 */
export async function startRun(
  path: string,
  { config, facts, data, ...options }: StartRunOptions,
): Promise<StartedRun> {
  if (data !== undefined) checkOutsideData(path, data);
  const { folder, unmake } = await newRunFolder(path, options);
  await writeRunConfig(folder, config, facts);
  const close = lockRun(path);
  const discard = async () => {
    close();
    await unmake();
  };
  return { ...folder, close, discard };
}

/**
 * Opens the folder of a run that goes on; `readRunConfig` says what it was started with.
 * @throws UserError while another process works there.
 * @example
 * ```ts
 * import { openRun } from "senet/node";
 *
 * const run = openRun("runs/saved");
 * console.log(run.goOn); // the run in runs/saved
 * run.close();
 * ```
 */
export function openRun(path: string, options: RunFolderOptions = {}): Run {
  return { ...openRunFolder(path, options), close: lockRun(path) };
}
