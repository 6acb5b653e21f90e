import { isDeepStrictEqual } from "node:util";
import type { Command, OptionValues } from "commander";
import { UserError } from "../../errors.js";
import type { Recipe } from "../../train/recipe.js";

/**
 * Flags that may change when a run goes on: what the data is called, and what leaves the weights alone. An image that
 * ended a run may be left out from there on: before it, nothing depended on the flag.
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
 * Reads the flags of the run in a folder, with those changed that the command line is free to change.
 * @param command as it was parsed; flags that were typed must not contradict the run.
 * @throws UserError when the folder holds no run of this command, or a flag contradicts it.
 */
export async function resumedFlags<T extends OptionValues>(path: string, command: Command): Promise<ResumedRun<T>> {
  const { readRunConfig } = await import("../../workspace/run/run-config.js");
  const config = await readRunConfig(path);
  if (config.kind !== command.name()) {
    throw new UserError(
      `--resume: got ${path}, whose config.json is not of senet ${command.name()}; ` +
        `go on with senet ${config.kind} --resume ${path}`,
    );
  }
  return {
    flags: mergeFlags(path, command, config.flags) as T,
    recipe: config.recipe,
    startedBy: config.command,
  };
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

/** The flags of a run that its folder keeps. */
export function keptFlags<T extends OptionValues>({ out: _out, resume: _resume, json: _json, ...kept }: T) {
  return kept;
}
