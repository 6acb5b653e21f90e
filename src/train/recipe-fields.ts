import * as z from "zod/mini";
import { bounds } from "../bounds.js";
import {
  above0,
  above0To1,
  between0And1,
  choice,
  epochsAbove0,
  field,
  from0,
  from0Below1,
  from0To1,
  isWhole,
  limitless,
  named,
  number,
  numbers,
  part,
  passes,
  toggle,
} from "./recipe-field.js";
import { augmentation, average, clip, groups, list, pair, patterns } from "./recipe-parts.js";

// Every field of a recipe is one row here. The type `Recipe`, the reader of files, the checks and the flags follow from
// it, in this order. Programs show its comment, the command line its sentence.

/** The names of the optimizers. */
export const optimizerNames = ["sgd", "adam", "adamw", "lamb", "rmsproptf"] as const;

/** The names of the schedules. */
export const scheduleNames = ["cosine", "step", "onecycle", "plateau", "constant"] as const;

/** How much is trained on at a time, and how often. */
export const sizes = {
  /** Passes over the training images. */
  epochs: number({
    value: "n",
    help: "number of passes over the training images",
    default: 20,
    unsaid: "20 from scratch, more for few images; 10 to 15 to fine-tune",
    range: passes,
  }),
  /** Epochs in a row without a higher test top-1 after which the run ends; by default it trains all. */
  stopAfter: number({
    value: "n",
    help: "number of epochs in a row without a higher test top-1 that end the run",
    unsaid: "none do",
    range: passes,
  }),
  /** Images per step. */
  batch: number({
    value: "n",
    help: "number of images in a step",
    default: 128,
    unsaid: "128, or less: an epoch has ten steps",
    range: numbers(
      (value, { images }) => isWhole(value) && value <= images,
      ({ images }) =>
        images < limitless.images
          ? `a whole number from 1 to ${images}, the number of training images`
          : bounds.images.expected,
    ),
  }),
};

/** The learning rate over a run. */
export const scheduling = {
  /** The largest learning rate. */
  lr: number({
    value: "rate",
    help: "largest learning rate",
    default: 0.1,
    unsaid: "0.1 for sgd from scratch, less for batches below 16 and to fine-tune",
    range: above0,
  }),
  /** `cosine`, `step`, `onecycle`, `plateau` or `constant`. */
  schedule: named(scheduleNames, { value: "name", help: "schedule of the learning rate", default: "cosine" }),
  /** Epochs over which the learning rate rises in a straight line from `warmupLr`; one-cycle has a rise of its own. */
  warmup: number({
    value: "epochs",
    help: "number of epochs, fractions too, over which the learning rate rises at the start",
    default: 0.5,
    range: numbers(
      (value, { epochs }) => value >= 0 && value <= epochs,
      ({ epochs }) => (epochs < limitless.epochs ? `0 to ${epochs} epochs` : "a number of epochs from 0"),
    ),
  }),
  /** The learning rate from which it rises, 0 by default. */
  warmupLr: number({
    value: "rate",
    help: "learning rate at the start of the warm-up; timm's is 1e-5",
    default: 0,
    range: from0,
  }),
  /** Where cosine ends and plateau stops, 0 by default. */
  minLr: number({
    value: "rate",
    help: 'smallest learning rate of "cosine" and "plateau"',
    default: 0,
    range: numbers(
      (value, { lr }) => value >= 0 && value <= lr,
      ({ lr }) => (lr < limitless.lr ? `0 to ${lr}, the largest` : "a number from 0"),
    ),
  }),
  /** Of `step`: it drops when so many epochs are done; by default at one half and three quarters of all. */
  milestones: field(list, {
    help: 'epochs at which "step" lowers the learning rate',
    unsaid: "at 1/2 and 3/4",
  }),
  /** Of `step`: it drops after every so many epochs. */
  decayEpochs: number({
    value: "n",
    help: 'number of epochs after each of which "step" lowers it, in place of milestones',
    range: epochsAbove0,
  }),
  /** The factor of every drop of `step` and `plateau`, 0.1 by default. */
  decayRate: number({
    value: "f",
    help: 'factor by which "step" and "plateau" lower the learning rate',
    default: 0.1,
    range: above0To1,
  }),
  /** Of `plateau`: epochs without progress that are borne, 10 by default. */
  patience: number({
    value: "epochs",
    help: 'number of epochs without progress, counted after the warm-up, after which "plateau" lowers the learning rate',
    default: 10,
    range: from0,
  }),
  /** Of `onecycle`: the part of all steps in which the learning rate rises, 0.3 by default. */
  pctStart: number({
    value: "p",
    help: 'share of all steps in which "onecycle" raises the learning rate',
    default: 0.3,
    range: between0And1,
  }),
  /** True: the schedule proper begins after the warm-up. By default it runs from the start, hidden by it meanwhile. */
  warmupPrefix: toggle({ help: "whether the schedule begins only after the warm-up", default: false }),
  /** Whether the watched value is to grow, as timm's does, the top-1 accuracy, or to shrink: the loss. */
  plateauMode: choice(["min", "max"], {
    help: 'direction of progress for "plateau": a larger accuracy or a smaller loss',
    default: "max",
  }),
  /** Of `plateau`: what counts as progress, 1e-4 by default. */
  threshold: number({ help: 'least change that counts as progress for "plateau"', default: 1e-4 }),
  /** Of `plateau`: whether the threshold is relative to the best value, the default, or absolute. */
  thresholdMode: choice(["rel", "abs"], {
    help: 'whether the threshold of "plateau" is relative to the best value or absolute',
    default: "rel",
  }),
  /** Of `plateau`: epochs after a drop that do not count, 0 by default. */
  cooldown: number({
    help: 'number of epochs that do not count after "plateau" has lowered the learning rate',
    default: 0,
  }),
  /** Of `onecycle`: it starts at `lr` divided by this, 25 by default. */
  divFactor: number({
    help: 'divisor of the largest learning rate that gives the first one of "onecycle"',
    default: 25,
  }),
  /** Of `onecycle`: it ends at the start divided by this, 10⁴ by default. */
  finalDivFactor: number({
    help: 'divisor of the first learning rate that gives the last one of "onecycle"',
    default: 1e4,
  }),
  /** Of `onecycle`: true, the default: the momentum falls while the learning rate rises, and the other way round. */
  cycleMomentum: toggle({
    help: 'whether the momentum of "onecycle" falls while the learning rate rises',
    default: true,
  }),
  /** Of `onecycle`: the least momentum, 0.85 by default. */
  baseMomentum: number({ help: 'smallest momentum of "onecycle"', default: 0.85 }),
  /** Of `onecycle`: the largest momentum, 0.95 by default. */
  maxMomentum: number({ help: 'largest momentum of "onecycle"', default: 0.95 }),
};

/** How images are mixed, so that each has two labels. */
export const mixing = {
  /** α of mixup's Beta(α, α); 0, the default, mixes nothing. */
  mixup: number({
    value: "alpha",
    help: "strength of mixup, which blends images in pairs",
    default: 0,
    unsaid: "0, never",
    range: from0,
  }),
  /** α of cutmix's Beta(α, α); 0, the default, cuts nothing. */
  cutmix: number({
    value: "alpha",
    help: "strength of cutmix, which pastes a part of one image into another",
    default: 0,
    unsaid: "0, never",
    range: from0,
  }),
  /** The probability that a batch is mixed, 1 by default. */
  mixupProb: number({ value: "p", help: "probability that a batch is mixed", default: 1, range: from0To1 }),
  /** The probability of cutmix where both are on, 0.5 by default. */
  mixupSwitchProb: number({
    value: "p",
    help: "probability that a batch is mixed by cutmix where mixup is on too",
    default: 0.5,
    range: from0To1,
  }),
};

/** What one step does. */
export const stepping = {
  /** `sgd`, the default, `adam`, `adamw`, `lamb` or `rmsproptf`. */
  optimizer: named(optimizerNames, {
    value: "name",
    help: "optimizer",
    default: "sgd",
    unsaid: "sgd; adamw to fine-tune",
  }),
  /** Of SGD and RMSprop. */
  momentum: number({ value: "m", help: "momentum of sgd and rmsproptf", default: 0.9, range: from0Below1 }),
  /** Whether SGD's momentum is Nesterov's. */
  nesterov: toggle({ help: "use Nesterov's momentum", default: true }),
  /** Penalty on weights of convolutions and dense layers; vectors are left out. */
  weightDecay: number({
    value: "w",
    help: "weight decay of convolutions and dense layers; biases and norms have none",
    default: 5e-4,
    unsaid: "5e-4 for sgd, else the optimizer's",
    range: from0,
  }),
  /** Of Adam and LAMB: how much of the averages of gradient and squared gradient is kept, 0.9 and 0.999 by default. */
  betas: field<readonly [number, number]>(pair, {
    help: "shares of their two averages that Adam and LAMB keep in a step",
    unsaid: "0.9,0.999",
    range: {
      holds: (betas) => betas.every((beta) => beta >= 0 && beta < 1),
      expected: () => "two numbers from 0, below 1",
      shown: String,
    },
  }),
  /** The optimizer's epsilon, its own by default. */
  eps: number({ value: "e", help: "the optimizer's epsilon", unsaid: "its own", range: above0 }),
  /** Of RMSprop: how much of the average of squared gradients is kept. */
  alpha: number({ help: "share of the average of squared gradients that RMSprop keeps in a step" }),
  /** Of RMSprop: weight decay shrinks the weight itself. */
  decoupledDecay: toggle({ help: "whether weight decay of RMSprop shrinks the weight itself" }),
  /** Batches whose gradients are averaged for an update, 1 by default. */
  accumulate: number({
    value: "k",
    help: "number of batches whose gradients are averaged for one update; batches that make up no whole one wait",
    default: 1,
    range: numbers(
      (value, { batch, images }) => isWhole(value) && batch * value <= images,
      ({ batch, images }) => {
        if (images === limitless.images) return bounds.images.expected;
        return `a whole number from 1, with batch ${batch} at most ${images} images`;
      },
    ),
  }),
  /** How gradients are kept from being too large; not at all by default. */
  clip: field(clip, {
    help: "limit that gradients are kept below",
    unsaid: "no limit",
    range: part((limit) => ("norm" in limit ? limit.norm : "value" in limit ? limit.value : limit.agc), above0),
  }),
  /** Label smoothing, 0 by default. */
  smoothing: number({
    value: "s",
    help: "share of each label that is spread over all classes",
    default: 0,
    range: from0Below1,
  }),
  /** `ce`, softmax cross-entropy and the default, or `bce`, binary cross-entropy of every class. */
  loss: choice(["ce", "bce"], {
    help: "loss: softmax cross-entropy, or binary cross-entropy of every class",
    default: "ce",
  }),
  /** Of `bce`: targets above it become 1, others 0. */
  bceTargetThreshold: number({
    value: "t",
    help: "threshold above which a target of bce is 1, and else 0",
    range: from0To1,
  }),
  /** A moving average of the weights, which is tested beside them, and shipped where it is the better one. */
  ema: field(average, {
    help: "keep a moving average of the weights; both are tested and kept, and model.onnx is the better one",
    range: part(({ decay = 0 }) => decay, from0Below1),
  }),
  /** Patterns of the parameters that learn, such as `@gates` and `@head`; all by default. */
  learn: field(patterns, { help: "what learns", unsaid: "all" }),
  /**
   * Batch norms that use and keep their running statistics: all, or those with a parameter that a pattern fits; when
   * left out, those that `learn` leaves nothing to learn in.
   */
  frozenBatchNorm: field(z.union([z.boolean(), patterns]), {
    help: "batch norms that keep their running statistics",
  }),
  /** What is different for the parameters that a pattern fits. */
  groups: field(groups, { help: "what is different for the parameters that a pattern fits" }),
  /** The learning rate of every layer is this times that of the layer after it; 1, the default, leaves them equal. */
  layerDecay: number({
    value: "d",
    help: "factor of the learning rate from each layer, such as a residual block, to the one before it",
    default: 1,
    range: above0To1,
  }),
  /** Parameters that the loss does not depend on are an error by default, or are kept as they are. */
  unused: choice(["error", "keep"], {
    help: "what happens to weights that the loss does not depend on: an error, or they stay as they are",
    default: "error",
  }),
};

/** All fields of a recipe. */
export const recipeFields = {
  ...sizes,
  ...scheduling,
  ...mixing,
  ...stepping,
  /** How training images are varied. */
  augment: field(augmentation, { help: "how training images are varied" }),
};
