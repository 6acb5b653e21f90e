import type { Augmentation } from "../data/augment/augmentation.js";
import { optimizerOf } from "./optimizers/optimizers.js";
import { defaultRecipe, isRecipe, type PartialRecipe, type Recipe } from "./recipe.js";

/** What the defaults of a recipe follow from. */
export interface Situation {
  /** How many training images there are. */
  readonly images: number;
  /** Where the model starts: from values that the seed draws, or from weights that have learnt before. */
  readonly start: "drawn" | "weights";
  /** Whether the batch norms of the weights are folded: their statistics say 0 and 1. */
  readonly foldedNorms?: boolean | undefined;
  /** Whether the last layer, which makes the logits, can be told from the others. */
  readonly head?: boolean | undefined;
  /**
   * The share of training images, 0 to 1, that the weights tell apart as they are: whose nearest mean of a class, in
   * what the last layer sees, is their own class's.
   */
  readonly apart?: number | undefined;
  /** Whether gates were put into it, which start as if they were not there. */
  readonly insertedGates?: boolean | undefined;
  /** How the training images of the dataset are varied. */
  readonly augment: Augmentation;
}

/**
 * A recipe with what nobody said filled in by the situation. What is given always wins, and a recipe that says all that
 * every recipe says (batch, learning rate, epochs, …) stays as it is, to the bit.
 *
 * The numbers were measured on small sets against a grid: docs/results.md, "Defaults".
 * @param given the fields that somebody chose.
 * @example
 * ```ts
 * import { usualRecipe } from "senet";
 *
 * const augment = { flip: true, pad: 0 };
 * const { batch, optimizer } = usualRecipe({ images: 245, start: "weights", augment }, { epochs: 5 });
 * console.log(batch, optimizer); // 16 adamw
 * ```
 */
export function usualRecipe(situation: Situation, given: PartialRecipe = {}): Recipe {
  if (isRecipe(given)) return given;
  const { images, start, augment } = situation;
  const batch = given.batch ?? usualBatch(images);
  const learning = start === "weights" ? fineTuning(situation, given) : fromScratch(batch, given);
  const { momentum, nesterov, schedule, warmup } = defaultRecipe;
  const epochs = given.epochs ?? usualEpochs(Math.max(1, Math.floor(images / batch)), start);
  const weightDecay = usualWeightDecay(given.optimizer ?? learning.optimizer);
  const usual: Recipe = {
    ...{ batch, momentum, nesterov, weightDecay, schedule, augment, epochs, warmup: Math.min(warmup, epochs) },
    ...(given.groups && { groups: given.groups }),
    ...learning, // whose groups have those that are given behind them
  };
  return withGiven(usual, given);
}

/** Whether it matters how well the weights tell the images apart: nobody has chosen what learns, or how. */
export function mayLearnHeadAlone({ images, start, head, insertedGates }: Situation, given: PartialRecipe): boolean {
  const { lr, learn, layerDecay, groups, frozenBatchNorm } = given;
  const chosen = [lr, learn, layerDecay, groups, frozenBatchNorm].some((value) => value !== undefined);
  return start === "weights" && head === true && insertedGates !== true && images <= FEW && !chosen;
}

/** An epoch has ten steps at least, as far as batches of eight allow: fewer images say little about a batch norm. */
export function usualBatch(images: number): number {
  const largest = Math.min(defaultRecipe.batch, images / LEAST_STEPS);
  const power = 2 ** Math.floor(Math.log2(Math.max(SMALLEST_BATCH, largest)));
  return Math.max(1, Math.min(power, images));
}

const LEAST_STEPS = 10;
const SMALLEST_BATCH = 8;

/** Passes over few images are short: a network needs some hundred steps all the same. */
function usualEpochs(steps: number, start: Situation["start"]): number {
  const { least, most, wanted } = lengths[start];
  return Math.max(least, Math.min(most, Math.ceil(wanted / steps)));
}

/** Epochs, and the steps that are wanted in all. */
const lengths = {
  drawn: { least: 20, most: 60, wanted: 1000 },
  weights: { least: 10, most: 15, wanted: 240 },
} as const;

/** The usual weight decay of an optimizer. */
export function usualWeightDecay(optimizer = "sgd"): number {
  return optimizer === "sgd" ? defaultRecipe.weightDecay : optimizerOf(optimizer, {}).weightDecay;
}

type Learning = Pick<Recipe, "lr"> & Pick<PartialRecipe, "optimizer" | "clip" | "learn" | "frozenBatchNorm" | "groups">;

/** The rate of SGD follows the batch where that is small. Source: Goyal et al. 2017, section 2.1. */
function fromScratch(batch: number, { optimizer = "sgd" }: PartialRecipe): Learning {
  const { lr } = defaultRecipe;
  return { lr: optimizer === "sgd" ? lr * Math.min(1, batch / FULL_RATE_BATCH) : rateOf(optimizer) };
}

const FULL_RATE_BATCH = 16;

/**
 * Weights that have learnt move by steps whose size does not follow from the gradients', and more slowly than the last
 * layer, which is new. Folded batch norms keep their statistics: those of a batch would make another network of it. Who
 * chooses a rate without an optimizer means that of SGD, for all.
 */
function fineTuning(situation: Situation, given: PartialRecipe): Learning {
  const { foldedNorms, head, insertedGates, apart: known = 0 } = situation;
  const { lr, learn, groups = [], layerDecay, momentum, nesterov } = given;
  const { optimizer = momentum === undefined && nesterov === undefined ? "adamw" : "sgd" } = given;
  const all = learn === undefined || learn.includes("*");
  const frozen = all && foldedNorms === true && { frozenBatchNorm: true };
  if (lr !== undefined) return { lr, ...frozen };
  if (known >= ENOUGH && mayLearnHeadAlone(situation, given)) {
    return { optimizer, lr: rateOf(optimizer), clip: { norm: 1 }, learn: ["@head"] };
  }
  const apart = all && head === true && layerDecay === undefined;
  const rate = rateOf(optimizer);
  const fresh = ["@head", ...(insertedGates ? ["@gates"] : [])];
  return {
    optimizer,
    lr: all && !apart ? rate * BODY : rate,
    clip: { norm: 1 },
    ...frozen,
    ...(apart && { groups: [{ match: "*", lrScale: BODY }, { match: fresh, lrScale: 1 / BODY }, ...groups] }),
  };
}

/** Weights that tell so many images apart have learnt enough: few images would only spoil them. */
const ENOUGH = 0.6;

/** More images can teach all weights something, however much these know. */
const FEW = 2000;

/** How fast weights that have learnt move, relative to a last layer that has not. */
const BODY = 0.1;

/** The rate of what is new: a last layer, gates, a network by another optimizer than SGD. */
function rateOf(optimizer: string): number {
  const rates: Readonly<Record<string, number>> = { sgd: 0.01, adam: 3e-3, adamw: 3e-3, lamb: 5e-3, rmsproptf: 1e-3 };
  return rates[optimizer] ?? defaultRecipe.lr;
}

/** The recipe with what is given in the place of the usual. */
function withGiven(usual: Recipe, { groups: _, ...given }: PartialRecipe): Recipe {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...usual, ...said };
}
