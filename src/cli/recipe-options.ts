import { Option } from "commander";
import { UserError } from "../errors.js";
import { optimizerOf, optimizers } from "../train/optimizers.js";
import { defaultRecipe, type Recipe } from "../train/recipe.js";
import type { ScheduleOptions } from "../train/schedules.js";
import type { Clip } from "../transform/clip-gradients.js";
import { number } from "./number-option.js";

/** The flags that say what one step does, as commander parsed them. Names as in timm where timm has them. */
export interface StepFlags {
  readonly opt: string;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay?: number;
  readonly optBetas?: string;
  readonly optEps?: number;
  readonly gradAccumSteps: number;
  readonly clipGrad?: number;
  readonly clipMode: "norm" | "value" | "agc";
  readonly smoothing: number;
  readonly bceLoss?: true;
  readonly bceTargetThresh?: number;
  readonly modelEma?: true;
  readonly modelEmaDecay: number;
  readonly modelEmaWarmup?: true;
  readonly freeze?: readonly string[];
  readonly freezeBn?: true | readonly string[];
  readonly layerDecay?: number;
  readonly keepUnused?: true;
}

/** The flags of {@link StepFlags}; `--momentum`, `--no-nesterov` and `--weight-decay` are left out where others add them. */
export function stepOptions(): Option[] {
  return [
    new Option("--opt <name>", "optimizer").choices(Object.keys(optimizers)).default("sgd"),
    new Option("--opt-betas <b1,b2>", "what Adam and LAMB keep of their averages (default: 0.9,0.999)"),
    number("--opt-eps <e>", "the optimizer's epsilon (default: its own)"),
    number("--grad-accum-steps <k>", "batches whose gradients are averaged before weights move", 1),
    number("--clip-grad <limit>", "keep gradients below this (default: no limit)"),
    new Option("--clip-mode <mode>", "what the limit is of").choices(["norm", "value", "agc"]).default("norm"),
    number("--smoothing <s>", "label smoothing", 0),
    new Option("--bce-loss", "binary cross-entropy of every class in place of softmax"),
    number("--bce-target-thresh <t>", "with --bce-loss: targets above it are 1, others 0"),
    new Option("--model-ema", "keep a moving average of the weights, and ship it"),
    number("--model-ema-decay <d>", "how much of the average a step keeps", 0.9999),
    new Option("--model-ema-warmup", "let the average forget its start soon"),
    new Option("--freeze <patterns...>", 'weights that stay, such as "layer1.*" or "/^conv1/"'),
    new Option("--freeze-bn [patterns...]", "batch norms that keep their running statistics (default: all)"),
    number("--layer-decay <d>", "learning rate of a layer relative to the one after it"),
    new Option("--keep-unused", "accept weights that the loss does not depend on"),
  ];
}

/** Momentum and weight decay, as `senet train` has them too. */
export function momentumOptions(): Option[] {
  return [
    number("--momentum <m>", "momentum of SGD", defaultRecipe.momentum),
    new Option("--no-nesterov", "plain momentum instead of Nesterov's"),
    number(
      "--weight-decay <w>",
      "penalty on weights; vectors are left out (default: 5e-4 for sgd, else the optimizer's)",
    ),
  ];
}

/** What the flags say of the step. @throws UserError when a list of numbers does not parse. */
export function stepRecipeOf(flags: StepFlags, batch: number): Omit<Recipe, "augment" | keyof ScheduleOptions> {
  const { opt: optimizer, momentum, nesterov, smoothing, layerDecay } = flags;
  return {
    batch,
    optimizer,
    momentum,
    nesterov,
    weightDecay:
      flags.weightDecay ?? (optimizer === "sgd" ? defaultRecipe.weightDecay : optimizerOf(optimizer, {}).weightDecay),
    betas: flags.optBetas === undefined ? undefined : betasOf(flags.optBetas),
    eps: flags.optEps,
    accumulate: flags.gradAccumSteps,
    clip: flags.clipGrad === undefined ? undefined : clipOf(flags.clipMode, flags.clipGrad),
    loss: flags.bceLoss ? "bce" : "ce",
    smoothing,
    bceTargetThreshold: flags.bceTargetThresh,
    ema: flags.modelEma && { decay: flags.modelEmaDecay, warmup: flags.modelEmaWarmup },
    groups: flags.freeze && [{ match: flags.freeze, freeze: true }],
    frozenBatchNorm: flags.freezeBn,
    layerDecay,
    unused: flags.keepUnused ? "keep" : "error",
  };
}

/** The flags that say how the learning rate goes, beside `--lr`, `--schedule` and `--warmup`. Names as in timm. */
export interface ScheduleFlags {
  readonly minLr?: number;
  readonly warmupLr?: number;
  readonly warmupPrefix?: true;
  readonly decayEpochs?: number;
  readonly decayMilestones?: string;
  readonly decayRate?: number;
  readonly patienceEpochs?: number;
}

/** The flags of {@link ScheduleFlags}. */
export function scheduleOptions(): Option[] {
  return [
    number("--min-lr <rate>", "where cosine ends and plateau stops (default: 0)"),
    number("--warmup-lr <rate>", "where the warm-up begins (default: 0)"),
    new Option("--warmup-prefix", "begin the schedule proper after the warm-up"),
    number("--decay-epochs <n>", "of step: drop after every so many epochs"),
    new Option(
      "--decay-milestones <list>",
      "of step: drop when so many epochs are done, such as 30,60 (default: at 1/2 and 3/4)",
    ),
    number("--decay-rate <factor>", "of step and plateau: the factor of a drop (default: 0.1)"),
    number("--patience-epochs <n>", "of plateau: epochs without progress that are borne (default: 10)"),
  ];
}

/** What the flags say of the schedule. @throws UserError when the list of milestones does not parse. */
export function scheduleRecipeOf(flags: ScheduleFlags): Partial<ScheduleOptions> {
  const { minLr, warmupLr, warmupPrefix, decayEpochs, decayMilestones, decayRate, patienceEpochs: patience } = flags;
  const milestones = decayMilestones?.split(",").map(Number);
  if (milestones?.some((epoch) => !(epoch > 0))) {
    throw new UserError(`--decay-milestones: got "${decayMilestones}"; expected epochs such as 30,60`);
  }
  return { minLr, warmupLr, warmupPrefix, decayEpochs, milestones, decayRate, patience };
}

function clipOf(mode: StepFlags["clipMode"], limit: number): Clip {
  if (mode === "norm") return { norm: limit };
  return mode === "value" ? { value: limit } : { agc: limit };
}

function betasOf(text: string): [number, number] {
  const [first, second, ...rest] = text.split(",").map(Number);
  if (first === undefined || second === undefined || rest.length > 0 || !(first >= 0 && second >= 0)) {
    throw new UserError(`--opt-betas: got "${text}"; expected two numbers such as 0.9,0.999`);
  }
  return [first, second];
}
