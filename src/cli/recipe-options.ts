import { Option } from "commander";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { optimizers } from "../train/optimizers.js";
import { defaultRecipe, type Recipe } from "../train/recipe.js";
import { type PartialRecipe, parseRecipe } from "../train/recipe-file.js";
import { scheduleNames } from "../train/schedules.js";
import type { Clip } from "../transform/clip-gradients.js";
import type { ParameterGroup } from "../transform/parameter-groups.js";
import { number } from "./options.js";

/** The flags of a recipe: undefined unless they were given, so that they override a file of `--config`. */
export interface RecipeFlags {
  readonly config?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly accumulate?: number;
  readonly optimizer?: string;
  readonly lr?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly alpha?: number;
  readonly clip?: Clip;
  readonly ema?: number;
  readonly emaWarmup?: true;
  readonly lrGroup?: readonly ParameterGroup[];
  readonly decayGroup?: readonly ParameterGroup[];
  readonly freeze?: readonly ParameterGroup[];
  readonly freezeBn?: string | true;
  readonly layerDecay?: number;
  readonly schedule?: string;
  readonly warmup?: number;
  readonly warmupLr?: number;
  readonly minLr?: number;
  readonly decayEpochs?: number;
  readonly milestones?: readonly number[];
  readonly decayRate?: number;
  readonly patience?: number;
  readonly pctStart?: number;
  readonly loss?: "ce" | "bce";
  readonly smoothing?: number;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly mixupProb?: number;
  readonly mixupSwitchProb?: number;
}

/** The flags of `RecipeFlags` under their headings. What they are unless given stands in their descriptions. */
export function recipeOptions({ epochs }: { epochs: number }): Option[] {
  const { batch, lr, momentum, weightDecay, schedule, warmup } = defaultRecipe;
  return [
    ...grouped("Recipe:", [
      new Option("--config <file>", "a recipe as JSON, or config.json of a run; flags override it"),
      number("--epochs <n>", `passes over the training images (default: ${epochs})`),
      number("--batch <n>", `images per step (default: ${batch})`),
      number("--accumulate <n>", "steps whose gradients are averaged for one update (default: 1)"),
      new Option("--loss <name>", "softmax or binary cross-entropy (default: ce)").choices(["ce", "bce"]),
      number("--smoothing <s>", "label smoothing (default: 0)"),
      number("--mixup <alpha>", "mix images in pairs (default: 0, never)"),
      number("--cutmix <alpha>", "paste a part of one image into another (default: 0, never)"),
      number("--mixup-prob <p>", "how often a batch is mixed (default: 1)"),
      number("--mixup-switch-prob <p>", "how often by cutmix where both are on (default: 0.5)"),
    ]),
    ...grouped("Optimizer:", [
      new Option("--optimizer <name>", "(default: sgd)").choices(Object.keys(optimizers)),
      number("--lr <rate>", `largest learning rate (default: ${lr})`),
      number("--momentum <m>", `of SGD and RMSprop (default: ${momentum})`),
      new Option("--no-nesterov", "plain momentum instead of Nesterov's"),
      new Option("--nesterov", "Nesterov's momentum (default)"),
      number("--weight-decay <w>", `penalty on weights, vectors left out (default: ${weightDecay})`),
      new Option("--betas <b1,b2>", "of Adam and LAMB (default: 0.9,0.999)").argParser(pair),
      number("--eps <e>", "keeps from dividing by zero (default: the optimizer's own)"),
      number("--alpha <a>", "of RMSprop: memory of squared gradients (default: 0.9)"),
      new Option("--clip <how>", "gradients: norm:1, value:0.5 or agc:0.01 (default: never)").argParser(parseClip),
      number("--ema <decay>", "keep a moving average of the weights, test and export it"),
      new Option("--ema-warmup", "let the average soon forget the start"),
      patterned("--lr-group <pattern=scale>", "scale the learning rate of parameters; may be repeated", "lrScale"),
      patterned("--decay-group <pattern=w>", "their own weight decay; may be repeated", "weightDecay"),
      new Option("--freeze <pattern>", 'keep parameters as they are, such as "layer1.*"; may be repeated').argParser(
        (match: string, before: readonly ParameterGroup[] = []) => [...before, { match, freeze: true }],
      ),
      new Option("--freeze-bn [pattern]", "batch norms keep their statistics (default: none; all without a pattern)"),
      number("--layer-decay <d>", "scale the learning rate from layer to layer (default: 1)"),
    ]),
    ...grouped("Schedule:", [
      new Option("--schedule <name>", `of the learning rate (default: ${schedule})`).choices(scheduleNames),
      number("--warmup <epochs>", `over which the learning rate rises (default: ${warmup})`),
      number("--warmup-lr <rate>", "from which it rises (default: 0)"),
      number("--min-lr <rate>", "of cosine and plateau: the end (default: 0)"),
      new Option("--milestones <epochs>", "of step: where it drops (default: at 1/2 and 3/4)").argParser(list),
      number("--decay-epochs <n>", "of step: drops after every so many epochs instead"),
      number("--decay-rate <f>", "the factor of a drop (default: 0.1)"),
      number("--patience <epochs>", "of plateau: epochs without progress (default: 10)"),
      number("--pct-start <p>", "of onecycle: the share in which it rises (default: 0.3)"),
    ]),
  ];
}

/** Options under a heading of the help. */
export function grouped(heading: string, options: readonly Option[]): Option[] {
  return options.map((option) => option.helpGroup(heading));
}

/**
 * The recipe of the flags, over that of `--config`, over the defaults and the dataset's own augmentation.
 * @throws UserError when the file of `--config` cannot be read or holds anything but a recipe.
 */
export async function recipeOf(flags: RecipeFlags, dataset: Pick<Dataset, "augment">, epochs: number): Promise<Recipe> {
  const file = flags.config === undefined ? {} : parseRecipe(await readText(flags.config), flags.config);
  return { ...defaultRecipe, epochs, augment: dataset.augment, ...given(file), ...given(flagRecipe(flags)) };
}

/** What the flags say of a recipe. */
export function flagRecipe(flags: RecipeFlags): PartialRecipe {
  const { config: _, ema, emaWarmup, lrGroup = [], decayGroup = [], freeze = [], freezeBn, ...plain } = flags;
  const groups = [...lrGroup, ...decayGroup, ...freeze];
  if (emaWarmup && ema === undefined) throw new UserError("--ema-warmup: got no --ema; give one such as --ema 0.9999");
  return {
    ...pick(plain),
    ema: ema === undefined ? undefined : { decay: ema, ...(emaWarmup && { warmup: true }) },
    groups: groups.length > 0 ? groups : undefined,
    frozenBatchNorm: freezeBn,
  };
}

/** The flags that are named as the recipe's own fields. */
function pick(flags: Omit<RecipeFlags, "config" | "ema" | "emaWarmup" | "freezeBn">): PartialRecipe {
  const { epochs, batch, accumulate, optimizer, lr, momentum, nesterov, weightDecay, betas, eps, alpha, clip } = flags;
  const { layerDecay, schedule, warmup, warmupLr, minLr, decayEpochs, milestones, decayRate, patience } = flags;
  const { pctStart, loss, smoothing, mixup, cutmix, mixupProb, mixupSwitchProb } = flags;
  return {
    ...{ epochs, batch, accumulate, optimizer, lr, momentum, nesterov, weightDecay, betas, eps, alpha, clip },
    ...{ layerDecay, schedule, warmup, warmupLr, minLr, decayEpochs, milestones, decayRate, patience },
    ...{ pctStart, loss, smoothing, mixup, cutmix, mixupProb, mixupSwitchProb },
  };
}

/** The fields that have a value. */
function given(recipe: PartialRecipe): Partial<Recipe> {
  return Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined));
}

async function readText(path: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(path, "utf8").catch((error: Error) => {
    throw new UserError(`--config: cannot read ${path} (${error.message}); give a recipe as JSON`);
  });
}

function parseClip(text: string): Clip {
  const [, kind, digits] = /^(?:(norm|value|agc):)?([\d.e-]+)$/.exec(text) ?? [];
  const limit = Number(digits);
  if (!(limit > 0)) throw new UserError(`--clip: got "${text}"; expected norm:1, value:0.5 or agc:0.01`);
  if (kind === "value") return { value: limit };
  return kind === "agc" ? { agc: limit } : { norm: limit };
}

function patterned(flags: string, description: string, field: "lrScale" | "weightDecay"): Option {
  const name = flags.split(" ")[0]!;
  return new Option(flags, description).argParser((text: string, before: readonly ParameterGroup[] = []) => {
    const at = text.lastIndexOf("=");
    const value = at > 0 && at < text.length - 1 ? Number(text.slice(at + 1)) : Number.NaN;
    if (!(value >= 0)) throw new UserError(`${name}: got "${text}"; expected a pattern and a number: "layer1.*=0.1"`);
    return [...before, { match: text.slice(0, at), [field]: value }];
  });
}

function list(text: string): number[] {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new UserError(`got "${text}"; expected numbers with commas between them`);
}

function pair(text: string): [number, number] {
  const [first, second, ...more] = list(text);
  if (first !== undefined && second !== undefined && more.length === 0) return [first, second];
  throw new UserError(`--betas: got "${text}"; expected two numbers such as 0.9,0.999`);
}
