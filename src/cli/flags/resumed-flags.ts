import { isDeepStrictEqual } from "node:util";
import type { Command, Option, OptionValues } from "commander";
import { UserError } from "../../errors.js";
import type { Recipe } from "../../train/recipe.js";
import type { readRunConfig } from "../../workspace/run/run-config.js";
import { trainingOn } from "./training-on.js";

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
  "jobs",
  "recompute",
  "checkpointEvery",
  "resume",
]);

type SavedRun = Pick<Awaited<ReturnType<typeof readRunConfig>>, "flags" | "recipe">;

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
  const { readRunConfig: read } = await import("../../workspace/run/run-config.js");
  const config = await read(path);
  if (config.kind !== command.name()) {
    throw new UserError(
      `--resume: got ${path}, whose config.json is not of senet ${command.name()}; ` +
        `go on with senet ${config.kind} --resume ${path}`,
    );
  }
  return {
    flags: mergeFlags(path, command, config) as T,
    recipe: config.recipe,
    startedBy: config.command,
  };
}

function mergeFlags(path: string, command: Command, config: SavedRun): OptionValues {
  const { flags: saved } = config;
  const flags: OptionValues = { ...saved };
  for (const option of command.options) {
    const key = option.attributeName();
    const typed = command.getOptionValueSource(key) === "cli";
    const value: unknown = command.getOptionValue(key);
    if (FREE.has(key)) {
      if (typed) flags[key] = value;
    } else if (typed && !isDeepStrictEqual(value, saved[key])) {
      throw contradiction(path, command, config, option, value);
    }
  }
  return flags;
}

function contradiction(path: string, command: Command, config: SavedRun, option: Option, value: unknown): UserError {
  const { flags, recipe } = config;
  const saved: unknown = flags[option.attributeName()];
  const got = `--resume: got ${option.long} ${JSON.stringify(value)}, but the run in ${path} was started with`;
  if (option.long === "--epochs" && command.name() === "train") {
    const further = trainingOn(path, command, flags, Number(value));
    return new UserError(
      `${got} ${recipe.epochs}, and its learning rate is planned for them; train on with ${further}`,
    );
  }
  const before = saved === undefined ? "none" : JSON.stringify(saved);
  return new UserError(`${got} ${before}; leave it out, or start a new run`);
}

/** The flags of a run that its folder keeps. */
export function keptFlags<T extends OptionValues>({ out: _out, resume: _resume, json: _json, ...kept }: T) {
  return kept;
}
