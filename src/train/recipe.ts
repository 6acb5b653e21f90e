import { type Augmentation, checkAugmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { TrainingStepOptions } from "../step/training-step.js";
import { type OptimizerOptions, optimizers } from "./optimizers/optimizers.js";
import { type ScheduleOptions, scheduleNames } from "./schedules/schedules.js";

/**
 * How a model is trained. The same recipe and seed give the same weights on the same machine. Names as in timm; what is
 * left out has timm's or PyTorch's default.
 */
export interface Recipe extends ScheduleOptions, OptimizerOptions, Pick<TrainingStepOptions, StepChoice> {
  /** Images per step. */
  readonly batch: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Penalty on weights of convolutions and dense layers; vectors are left out. */
  readonly weightDecay: number;
  readonly augment: Augmentation;
  /** `sgd`, the default, `adam`, `adamw`, `lamb` or `rmsproptf`. */
  readonly optimizer?: string | undefined;
  /** `ce`, softmax cross-entropy and the default, or `bce`, binary cross-entropy of every class. */
  readonly loss?: "ce" | "bce" | undefined;
  /** Label smoothing, 0 by default. */
  readonly smoothing?: number | undefined;
  /** Of `bce`: targets above it become 1, others 0. */
  readonly bceTargetThreshold?: number | undefined;
  /** α of mixup's Beta(α, α); 0, the default, mixes nothing. */
  readonly mixup?: number | undefined;
  /** α of cutmix's Beta(α, α); 0, the default, cuts nothing. */
  readonly cutmix?: number | undefined;
  /** The probability that a batch is mixed, 1 by default. */
  readonly mixupProb?: number | undefined;
  /** The probability of cutmix where both are on, 0.5 by default. */
  readonly mixupSwitchProb?: number | undefined;
}

/** What a recipe says of the step as the step itself has it. */
type StepChoice = "accumulate" | "clip" | "ema" | "learn" | "groups" | "layerDecay" | "frozenBatchNorm" | "unused";

/** A recipe that suits small images and few epochs. */
export const defaultRecipe: Omit<Recipe, "epochs" | "augment"> = {
  batch: 128,
  lr: 0.1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  schedule: "cosine",
  warmup: 0.5,
};

/** True where the images of a batch are mixed, so that each has two labels. */
export function mixes({ mixup = 0, cutmix = 0 }: Pick<Recipe, "mixup" | "cutmix">): boolean {
  return mixup > 0 || cutmix > 0;
}

type Rule = readonly [holds: boolean, rule: string];

/** @throws UserError when a number of the recipe is out of range or does not fit the data. */
export function checkRecipe(recipe: Recipe, { train }: Pick<Dataset, "train">): void {
  checkAugmentation(recipe.augment);
  refuseFirst("train", [
    ...sizes(recipe, train.length),
    ...names(recipe),
    ...rates(recipe),
    ...mixing(recipe),
    ...ofStep(recipe),
  ]);
}

/** @throws UserError when a number of the recipe that shapes the step itself is out of range. */
export function checkStepRecipe(recipe: Partial<Recipe>): void {
  const { accumulate = 1 } = recipe;
  const counted: Rule = [whole(accumulate), `accumulate ${accumulate}; expected a whole number from 1`];
  refuseFirst("training step", [counted, ...ofStep(recipe)]);
}

function refuseFirst(what: string, rules: readonly Rule[]): void {
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) throw new UserError(`${what}: got ${broken[1]}`);
}

const whole = (value: number) => Number.isInteger(value) && value >= 1;

function sizes({ epochs, batch, accumulate = 1 }: Recipe, images: number): Rule[] {
  return [
    [whole(epochs), `epochs ${epochs}; expected a whole number from 1`],
    [images > 0, "no training images; give a dataset that has some, or hold fewer out"],
    [
      whole(batch) && batch <= images,
      `batch ${batch}; expected a whole number from 1 to ${images}, the number of training images`,
    ],
    [
      whole(accumulate) && batch * accumulate <= images,
      `accumulate ${accumulate} with batch ${batch}; expected a whole number from 1, together at most ${images} images`,
    ],
  ];
}

function names({ optimizer = "sgd", schedule, loss = "ce", unused = "error" }: Recipe): Rule[] {
  const oneOf = (what: string, name: string, known: readonly string[]): Rule => [
    known.includes(name),
    `${what} "${name}"; expected one of ${known.join(", ")}`,
  ];
  return [
    oneOf("optimizer", optimizer, Object.keys(optimizers)),
    oneOf("schedule", schedule, scheduleNames),
    oneOf("loss", loss, ["ce", "bce"]),
    oneOf("unused", unused, ["error", "keep"]),
  ];
}

function rates(recipe: Recipe): Rule[] {
  const { epochs, lr, warmup, warmupLr = 0, minLr = 0, decayRate = 0.1, decayEpochs = 1, pctStart = 0.3 } = recipe;
  return [
    [lr > 0, `learning rate ${lr}; expected a number above 0`],
    [warmup >= 0 && warmup <= epochs, `warm-up ${warmup}; expected 0 to ${epochs} epochs`],
    [warmupLr >= 0, `warm-up learning rate ${warmupLr}; expected a number from 0`],
    [minLr >= 0 && minLr <= lr, `smallest learning rate ${minLr}; expected 0 to ${lr}, the largest`],
    [decayRate > 0 && decayRate <= 1, `decay rate ${decayRate}; expected a number above 0, at most 1`],
    [decayEpochs > 0, `decay epochs ${decayEpochs}; expected a number above 0`],
    [pctStart > 0 && pctStart < 1, `pct start ${pctStart}; expected a number between 0 and 1`],
  ];
}

function mixing({ mixup = 0, cutmix = 0, mixupProb = 1, mixupSwitchProb = 0.5 }: Recipe): Rule[] {
  return [
    [mixup >= 0, `mixup ${mixup}; expected a number from 0`],
    [cutmix >= 0, `cutmix ${cutmix}; expected a number from 0`],
    [mixupProb >= 0 && mixupProb <= 1, `mixup probability ${mixupProb}; expected 0 to 1`],
    [mixupSwitchProb >= 0 && mixupSwitchProb <= 1, `mixup switch probability ${mixupSwitchProb}; expected 0 to 1`],
  ];
}

function ofStep(recipe: Partial<Recipe>): Rule[] {
  const { momentum = 0, weightDecay = 0, betas = [0, 0], eps = 1 } = recipe;
  const { smoothing = 0, layerDecay = 1, ema, clip } = recipe;
  const limit = clip === undefined ? 1 : "norm" in clip ? clip.norm : "value" in clip ? clip.value : clip.agc;
  const decay = ema?.decay ?? 0;
  return [
    [momentum >= 0 && momentum < 1, `momentum ${momentum}; expected a number from 0, below 1`],
    [betas.every((beta) => beta >= 0 && beta < 1), `betas ${betas}; expected two numbers from 0, below 1`],
    [eps > 0, `epsilon ${eps}; expected a number above 0`],
    [weightDecay >= 0, `weight decay ${weightDecay}; expected a number from 0`],
    [smoothing >= 0 && smoothing < 1, `smoothing ${smoothing}; expected a number from 0, below 1`],
    [layerDecay > 0 && layerDecay <= 1, `layer decay ${layerDecay}; expected a number above 0, at most 1`],
    [decay >= 0 && decay < 1, `ema decay ${decay}; expected a number from 0, below 1`],
    [limit > 0, `clip ${limit}; expected a number above 0`],
  ];
}
