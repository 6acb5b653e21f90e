import { Option } from "commander";
import { UserError } from "../../errors.js";
import type { Clip } from "../../step/clip-gradients.js";
import type { ParameterGroup } from "../../step/parameter-groups.js";
import { optimizerOf, optimizers } from "../../train/optimizers/optimizers.js";
import type { StepRecipe } from "../../train/plan.js";
import { defaultRecipe, type Recipe } from "../../train/recipe.js";
import type { PartialRecipe } from "../../train/recipe-file.js";
import { scheduleNames } from "../../train/schedules/schedules.js";
import { numbersOf, pairOf } from "./number-list.js";
import { number } from "./number-option.js";

/**
 * The flags that say what one step does, as commander parsed them; undefined unless they were given. Names as in timm
 * where timm has them.
 */
export interface StepFlags {
  readonly opt?: string;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly optBetas?: string;
  readonly optEps?: number;
  readonly gradAccumSteps?: number;
  readonly clipGrad?: number;
  readonly clipMode?: "norm" | "value" | "agc";
  readonly smoothing?: number;
  readonly bceLoss?: true;
  readonly bceTargetThresh?: number;
  readonly modelEma?: true;
  readonly modelEmaDecay?: number;
  readonly modelEmaWarmup?: true;
  readonly train?: keyof typeof learning;
  readonly freeze?: readonly string[];
  readonly freezeBn?: boolean | readonly string[];
  readonly lrGroup?: readonly ParameterGroup[];
  readonly decayGroup?: readonly ParameterGroup[];
  readonly layerDecay?: number;
  readonly keepUnused?: true;
}

/** The flags of the learning rate and of mixed images; undefined unless they were given. */
export interface ScheduleFlags {
  readonly lr?: number;
  readonly schedule?: string;
  readonly warmup?: number;
  readonly warmupLr?: number;
  readonly minLr?: number;
  readonly milestones?: readonly number[];
  readonly decayEpochs?: number;
  readonly decayRate?: number;
  readonly patience?: number;
  readonly pctStart?: number;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly mixupProb?: number;
  readonly mixupSwitchProb?: number;
}

/** What `--train` lets learn. */
const learning = { gates: ["@gates"], head: ["@head"], "gates+head": ["@gates", "@head"], all: ["*"] } as const;

/** The flags of {@link StepFlags}. */
export function stepOptions(): Option[] {
  return [
    new Option("--opt <name>", "optimizer (default: sgd)").choices(Object.keys(optimizers)),
    number("--momentum <m>", `of SGD and RMSprop (default: ${defaultRecipe.momentum})`),
    new Option("--nesterov", "Nesterov's momentum (default)"),
    new Option("--no-nesterov", "plain momentum instead of Nesterov's"),
    number("--weight-decay <w>", "on all but vectors (default: 5e-4 for sgd, else the optimizer's)"),
    new Option("--opt-betas <b1,b2>", "what Adam and LAMB keep of their averages (default: 0.9,0.999)"),
    number("--opt-eps <e>", "the optimizer's epsilon (default: its own)"),
    number("--grad-accum-steps <k>", "batches whose gradients are averaged for an update (default: 1)"),
    number("--clip-grad <limit>", "keep gradients below this (default: no limit)"),
    new Option("--clip-mode <mode>", "what the limit is of (default: norm)").choices(["norm", "value", "agc"]),
    number("--smoothing <s>", "label smoothing (default: 0)"),
    new Option("--bce-loss", "binary cross-entropy of every class in place of softmax"),
    number("--bce-target-thresh <t>", "with --bce-loss: targets above it are 1, others 0"),
    new Option("--model-ema", "keep a moving average of the weights, test and ship it"),
    number("--model-ema-decay <d>", "how much of the average a step keeps (default: 0.9999)"),
    new Option("--model-ema-warmup", "let the average forget its start soon"),
    new Option("--train <what>", "what learns; batch norms of the rest keep their statistics (default: all)").choices(
      Object.keys(learning),
    ),
    new Option("--freeze <patterns...>", 'weights that stay, such as "layer1.*", "/^conv1/", @gates or @head'),
    new Option("--freeze-bn [patterns...]", "batch norms that keep their running statistics (default: all)"),
    new Option("--no-freeze-bn", "batch norms take each batch's statistics, those that --train leaves out too"),
    patterned("--lr-group <pattern=f>", "learning rate of weights, times f; may be repeated", "lrScale"),
    patterned("--decay-group <pattern=w>", "weight decay of weights; may be repeated", "weightDecay"),
    number("--layer-decay <d>", "learning rate of a layer relative to the one after it (default: 1)"),
    new Option("--keep-unused", "accept weights that the loss does not depend on"),
  ];
}

/** The flags of {@link ScheduleFlags}. */
export function scheduleOptions(): Option[] {
  const { lr, schedule, warmup } = defaultRecipe;
  return [
    number("--lr <rate>", `largest learning rate (default: ${lr})`),
    new Option("--schedule <name>", `of the learning rate (default: ${schedule})`).choices(scheduleNames),
    number("--warmup <epochs>", `epochs in which the learning rate rises (default: ${warmup})`),
    number("--warmup-lr <rate>", "from which it rises (default: 0)"),
    number("--min-lr <rate>", "of cosine and plateau: where they end (default: 0)"),
    new Option("--milestones <epochs>", "of step: where it drops (default: at 1/2 and 3/4)").argParser((text) =>
      numbersOf("--milestones", text, "numbers with commas between them"),
    ),
    number("--decay-epochs <n>", "of step: drops after every so many epochs instead"),
    number("--decay-rate <f>", "of step and plateau: the factor of a drop (default: 0.1)"),
    number("--patience <epochs>", "of plateau: epochs without progress (default: 10)"),
    number("--pct-start <p>", "of onecycle: the share in which it rises (default: 0.3)"),
  ];
}

/** The flags that mix images. */
export function mixOptions(): Option[] {
  return [
    number("--mixup <alpha>", "blend images in pairs (default: 0, never)"),
    number("--cutmix <alpha>", "paste a part of one image into another (default: 0, never)"),
    number("--mixup-prob <p>", "how often a batch is mixed (default: 1)"),
    number("--mixup-switch-prob <p>", "how often by cutmix where both are on (default: 0.5)"),
  ];
}

/** What the flags say of a step, with the defaults. @throws UserError when a flag does not parse. */
export function stepRecipeOf(flags: StepFlags, batch: number): StepRecipe {
  const { momentum, nesterov } = defaultRecipe;
  const part = stepPart(flags);
  return { momentum, nesterov, weightDecay: defaultWeightDecay(part.optimizer), ...part, batch };
}

/** The weight decay of an optimizer unless told otherwise. */
export function defaultWeightDecay(optimizer = "sgd"): number {
  return optimizer === "sgd" ? defaultRecipe.weightDecay : optimizerOf(optimizer, {}).weightDecay;
}

/** The fields of a recipe that the flags give, and no others. @throws UserError when a flag does not parse. */
export function stepPart(flags: StepFlags): Partial<Recipe> {
  const { momentum, nesterov, weightDecay, smoothing, layerDecay, lrGroup = [], decayGroup = [] } = flags;
  const frozen = flags.freeze ? [{ match: flags.freeze, freeze: true }] : [];
  const groups: readonly ParameterGroup[] = [...lrGroup, ...decayGroup, ...frozen];
  return given({
    optimizer: flags.opt,
    ...{ momentum, nesterov, weightDecay, smoothing, layerDecay },
    betas: flags.optBetas === undefined ? undefined : betasOf(flags.optBetas),
    eps: flags.optEps,
    accumulate: flags.gradAccumSteps,
    clip: clipOf(flags),
    loss: flags.bceLoss && "bce",
    bceTargetThreshold: flags.bceTargetThresh,
    ema: averageOf(flags),
    learn: flags.train && learning[flags.train],
    groups: groups.length > 0 ? groups : undefined,
    frozenBatchNorm: flags.freezeBn,
    unused: flags.keepUnused && "keep",
  });
}

/** The fields of a recipe that the flags give, and no others. */
export function schedulePart(flags: ScheduleFlags): Partial<Recipe> {
  const { lr, schedule, warmup, warmupLr, minLr, milestones, decayEpochs, decayRate, patience, pctStart } = flags;
  const { mixup, cutmix, mixupProb, mixupSwitchProb } = flags;
  return given({
    ...{ lr, schedule, warmup, warmupLr, minLr, milestones, decayEpochs, decayRate, patience, pctStart },
    ...{ mixup, cutmix, mixupProb, mixupSwitchProb },
  });
}

/** The fields that have a value. */
export function given(recipe: PartialRecipe): Partial<Recipe> {
  return Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined));
}

function clipOf({ clipGrad: limit, clipMode: mode = "norm" }: StepFlags): Clip | undefined {
  if (limit === undefined) return undefined;
  if (mode === "norm") return { norm: limit };
  return mode === "value" ? { value: limit } : { agc: limit };
}

function averageOf({ modelEma, modelEmaDecay: decay = 0.9999, modelEmaWarmup: warmup }: StepFlags) {
  return modelEma && { decay, ...(warmup && { warmup }) };
}

function betasOf(text: string): [number, number] {
  const betas = pairOf("--opt-betas", text, "0.9,0.999");
  if (betas.every((beta) => beta >= 0)) return betas;
  throw new UserError(`--opt-betas: got "${text}"; expected two numbers such as 0.9,0.999`);
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
