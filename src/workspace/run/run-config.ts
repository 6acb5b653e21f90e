import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command, OptionValues } from "commander";
import { z } from "zod";
import { UserError } from "../../errors.js";
import type { Recipe } from "../../train/recipe.js";
import { parseRecipe } from "../../train/recipe-file.js";
import { commandLine, environment } from "./environment.js";
import { CONFIG, type RunFolder } from "./run-folder.js";

/** What `config.json` must hold for a run to go on; it holds more, for people. */
const RunConfig = z.object({ kind: z.string(), command: z.string(), flags: z.record(z.string(), z.json()) });

/**
 * Writes what a run is: first of its files, so that a folder with it can be gone on with.
 * @param flags all of them with their defaults.
 * @param about the same in the words of the library, for people.
 */
export async function writeConfig(folder: RunFolder, kind: string, flags: OptionValues, about: object): Promise<void> {
  const { out: _out, resume: _resume, json: _json, ...kept } = flags;
  const config = { kind, command: commandLine(), ...about, flags: kept, environment: environment() };
  await folder.write(CONFIG, `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * Flags that may change when a run goes on: what the data is called, and what leaves the weights alone. An image that ended
 * a run may be left out from there on: before it, nothing depended on the flag.
 */
const FREE = new Set([
  "data",
  "dataWorkers",
  "onBadImage",
  "json",
  "threads",
  "recompute",
  "checkpointEvery",
  "resume",
]);

/** A run that goes on. */
export interface ResumedRun<T> {
  readonly flags: T;
  readonly recipe: Recipe;
  /** The command line by which it was started. */
  readonly startedBy: string;
}

/**
 * The run in a folder, with those flags changed that the command line is free to change.
 * @param command as it was parsed; flags that were typed must not contradict the run.
 * @throws UserError when the folder holds no run of this command, or a flag contradicts it.
 */
export async function resumedRun<T extends OptionValues>(path: string, command: Command): Promise<ResumedRun<T>> {
  const text = await readConfig(path);
  const config = RunConfig.safeParse(parsed(text)).data;
  if (config?.kind !== command.name()) {
    throw new UserError(
      `--resume: got ${path}, whose ${CONFIG} is not of senet ${command.name()}; ` +
        `${config ? `go on with senet ${config.kind} --resume ${path}` : "give the folder of a run"}`,
    );
  }
  const recipe = parseRecipe(text, join(path, CONFIG)) as Recipe; // whole, as it was written; `checkRecipe` looks again
  return { flags: mergeFlags(path, command, config.flags) as T, recipe, startedBy: config.command };
}

function mergeFlags(path: string, command: Command, saved: OptionValues): OptionValues {
  const flags: OptionValues = { ...saved };
  for (const option of command.options) {
    const key = option.attributeName();
    const typed = command.getOptionValueSource(key) === "cli";
    const value: unknown = command.getOptionValue(key);
    if (FREE.has(key)) {
      if (typed) flags[key] = value;
    } else if (typed && !isDeepStrictEqual(value, saved[key])) {
      throw new UserError(
        `--resume: got ${option.long} ${JSON.stringify(value)}, but the run in ${path} was started with ` +
          `${saved[key] === undefined ? "none" : JSON.stringify(saved[key])}; leave it out, or start a new run`,
      );
    }
  }
  return flags;
}

async function readConfig(path: string): Promise<string> {
  return readFile(join(path, CONFIG), "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? `no ${CONFIG}` : error.message;
    throw new UserError(
      `--resume: got ${path}, which holds no run (${reason}); give the folder of a run, or start it again`,
    );
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
