import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import * as z from "zod/mini";
import { bounds } from "../../bounds.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { threadBound, usableCores } from "../../files/node/machine.js";
import type { InputSize } from "../../models/model.js";
import { readAs } from "../../schema.js";
import type { PartialRecipe } from "../../train/recipe.js";
import { mixing, scheduling, sizes, stepping } from "../../train/recipe-fields.js";
import { parseRecipe } from "../../train/recipe-file.js";
import {
  type AugmentFlags,
  augmentOf,
  augmentOptions,
  type DataFlags,
  dataDescription,
  dataOptions,
} from "./data-options.js";
import { attentionOption, type NetworkFlags, shortcutHelp, startOption } from "./model-options.js";
import { number } from "./number-option.js";
import type { StatisticsFlags } from "./preprocessing-options.js";
import { given, optionsOf, type RecipeFlags, recipePart } from "./recipe-options.js";

/** What the commands that train have in common, as commander parsed it. */
export interface TrainingFlags extends RecipeFlags, DataFlags, AugmentFlags, StatisticsFlags, NetworkFlags {
  readonly data?: string;
  readonly config?: string;
  readonly unfoldBn?: true;
  readonly threads?: number;
  readonly checkpointEvery: string;
}

/** The flags of `TrainingFlags`, under headings; without a fallback, `--data` must be given. */
export function trainingOptions(fallback: { data?: string } = {}): Option[] {
  const data = new Option("--data <spec>", `the dataset: ${dataDescription}`);
  const every = new Option(
    "--checkpoint-every <when>",
    "time between checkpoints inside an epoch: steps, such as 500, or minutes",
  );
  return [
    ...under("Model:", [
      attentionOption(),
      startOption(),
      new Option("--shortcut <kind>", shortcutHelp).choices(["projection", "A"]).default("projection"),
      new Option("--unfold-bn", "put back batch norms that a file has folded away, with statistics of training images"),
      new Option("--aux", "train inception_v3 with the auxiliary classifier that helps it to learn"),
    ]),
    ...under("Data:", [
      fallback.data === undefined ? data : data.default(fallback.data),
      number(
        "--train-limit <n>",
        "number of training images to use: the first, of image files evenly spread ones (default: all)",
        bounds.images,
      ),
      number("--test-limit <n>", "number of test images to use, chosen likewise (default: all)", bounds.images),
      new Option(
        "--mean <r,g,b>",
        "mean of each channel, for pixels from 0 to 1, such as 0.485,0.456,0.406 (default: the weights', else the dataset's)",
      ),
      new Option(
        "--std <r,g,b>",
        "standard deviation of each channel, such as 0.229,0.224,0.225 (default: the weights', else the dataset's)",
      ),
      ...dataOptions("the weights'"),
    ]),
    ...under("Augmentation:", [...augmentOptions(), ...optionsOf(mixing)]),
    ...under("Recipe:", [
      new Option("--config <file>", "file with a recipe as JSON, or the config.json of a run; flags override it"),
      ...optionsOf(sizes),
    ]),
    ...under("Schedule:", optionsOf(scheduling)),
    ...under("Optimizer and loss:", optionsOf(stepping)),
    ...under("Run:", [threadsOption(), every.default("10min")]),
  ];
}

/** Less memory for more time; the numbers stay the same to the bit. */
export function recomputeOption(): Option {
  return new Option("--recompute", "compute parts of the forward pass again: less memory, more time, equal numbers");
}

/** Options under a heading of the help. */
export function under(heading: string, options: readonly Option[]): Option[] {
  return options.map((option) => option.helpGroup(heading));
}

/** When to make checkpoints: `500` counts steps, `10min` time. @throws UserError for anything else. */
export function checkpointEveryOf(text: string): { steps: number } | { minutes: number } {
  const [, digits, unit] = /^(\d*\.?\d+)(min)?$/.exec(text) ?? [];
  const value = Number(digits);
  if (unit === "min" && bounds.minutes.holds(value)) return { minutes: value };
  if (value > 0 && Number.isSafeInteger(value)) return { steps: value };
  throw new UserError(`--checkpoint-every: got "${text}"; expected steps such as 500, or minutes such as 10min`);
}

/**
 * What the flags say of a recipe, over what the file of `--config` says; the rest follows from the situation.
 * @throws UserError when the file of `--config` cannot be read or holds anything but a recipe.
 */
export async function recipeOf(flags: TrainingFlags, dataset: Pick<Dataset, "augment">): Promise<PartialRecipe> {
  const { config } = flags;
  const file = config === undefined ? {} : given(parseRecipe(await readText(config), config));
  return { ...file, ...recipePart(flags), augment: augmentOf(flags, { augment: file.augment ?? dataset.augment }) };
}

/**
 * The flags, with attention blocks that start as those of the run did whose `config.json` is `--config`, unless the
 * command line says how. A run of before one could choose started them as the paper does.
 */
export async function startingAsConfig<T extends TrainingFlags>(flags: T, command: Command): Promise<T> {
  if (flags.config === undefined || command.getOptionValueSource("start") === "cli") return flags;
  const text = await readText(flags.config);
  parseRecipe(text, flags.config); // what is no recipe is told as everywhere
  const { success, data } = readAs(savedStart, JSON.parse(text));
  return success ? { ...flags, start: data.flags.start } : flags;
}

/** What the configuration of a run says of the start; recipes alone have no flags. */
const savedStart = z.object({ flags: z.object({ start: z._default(z.enum(["identity", "paper"]), "paper") }) });

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: Error) => {
    throw new UserError(`--config: cannot read ${path} (${error.message}); check the path`);
  });
}

/** Whether files that are there may be replaced. */
export function forceOption(): Option {
  return new Option("--force", "replace the file that is written, if it is there; never one that is read");
}

/** How many threads the engine has. */
export function threadsOption(): Option {
  return number("--threads <n>", "threads of the engine (default: all cores)", threadBound());
}

/** How the engine is opened: with all cores by default. */
export function engineOptionsOf({ threads = usableCores() }: { readonly threads?: number }): { threads: number } {
  return { threads };
}

/**
 * Channels, height and width of `--input 3x224x224`, where it is given.
 * @throws UserError when the text is anything else.
 */
export function inputOf({ input: text }: { readonly input?: string }): InputSize | undefined {
  if (text === undefined) return undefined;
  const sizes = text.split("x").map(Number);
  if (sizes.length !== 3 || !sizes.every(bounds.size.holds)) {
    throw new UserError(
      `--input: got "${text}"; expected channels x height x width such as 3x32x32, each at most 65,535`,
    );
  }
  return [sizes[0]!, sizes[1]!, sizes[2]!];
}
