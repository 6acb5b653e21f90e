import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { optionError } from "../../errors.js";
import type { Recipe } from "../../train/recipe.js";
import { parseRecipe } from "../../train/recipe-file.js";
import { environment } from "./environment.js";
import { CONFIG, type RunFolder } from "./run-folder.js";

/** What a run was started with. */
export interface RunConfig {
  /** What it does: `train` or `compare`. */
  readonly kind: string;
  /** How it was started, for people: a command line. */
  readonly command: string;
  /** All that it was told, with the defaults, as its starter calls it. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What a run is, in the words of the library: model, data, seeds and the whole recipe. */
export interface RunFacts {
  readonly recipe: Recipe;
  readonly [fact: string]: unknown;
}

/** What `config.json` must hold for a run to go on; it holds more, for people. */
const ConfigFile = z.object({ kind: z.string(), command: z.string(), flags: z.record(z.string(), z.json()) });

/**
 * Writes what a run is: first of its files, so that a folder with it can be gone on with.
 */
export async function writeRunConfig(
  folder: RunFolder,
  { kind, command, flags }: RunConfig,
  facts: RunFacts,
): Promise<void> {
  const config = { kind, command, ...facts, flags, environment: environment() };
  await folder.write(CONFIG, `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * Reads what the run in a folder was started with. @throws UserError when the folder holds none.
 * @example
 * ```ts
 * import { readRunConfig } from "senet/node";
 *
 * const { kind, recipe } = await readRunConfig("runs/saved");
 * console.log(kind, recipe.epochs); // train 1
 * ```
 */
export async function readRunConfig(path: string): Promise<RunConfig & { readonly recipe: Recipe }> {
  const text = await readFile(join(path, CONFIG), "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? `no ${CONFIG}` : error.message;
    throw optionError(
      "resume",
      `got ${path}, which holds no run (${reason}); give the folder of a run, or start it again`,
    );
  });
  const config = ConfigFile.safeParse(parsed(text)).data;
  if (config === undefined) {
    throw optionError("resume", `got ${path}, whose ${CONFIG} is not of a run; give the folder of a run`);
  }
  return { ...config, recipe: parseRecipe(text, join(path, CONFIG)) as Recipe }; // whole, as it was written
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
