import type { Mix } from "../data/augment/mix.js";
import type { Batch } from "../data/batch.js";
import type { Dataset } from "../data/dataset.js";
import { countBatches } from "../data/split.js";
import { measureWait } from "../data/waiting.js";
import { UserError } from "../errors.js";
import { median } from "../evaluate/median.js";
import { float32, int64 } from "../graph/tensor.js";
import type { Session, Tensors } from "../runtime/runtime.js";
import type { EpochSums } from "./checkpoint.js";
import { movesMomentum } from "./plan.js";
import { mixes, type Recipe } from "./recipe.js";
import type { ScheduleState } from "./schedules/schedule.js";
import { scheduleOf } from "./schedules/schedules.js";

/** Where training stands, after every step. */
export interface StepProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Means over the epoch so far; accuracy in percent. */
  readonly loss: number;
  readonly top1: number;
  /** Of this step alone. */
  readonly batchLoss: number;
  readonly lr: number;
  /** The norm of all gradients before clipping, where the recipe clips by it. */
  readonly gradNorm?: number;
  readonly imagesPerSecond: number;
  /** The share of the epoch so far, 0 to 1, in which a step waited for its images. */
  readonly dataWait: number;
}

/** Steps of an epoch that are done, and what they added up. */
export interface EpochPosition {
  /** Counted from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly sums: EpochSums;
}

/** What an epoch works with. */
export interface Training {
  readonly stepper: Session;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly seed: number;
}

/** The position before the first step of an epoch. */
export function startOf(epoch: number): EpochPosition {
  const sums = { loss: 0, correct: 0, parts: [], lr: 0, imagesPerSecond: 0, seconds: 0, waited: 0 };
  return { epoch, step: 0, sums };
}

/** The number of steps in an epoch: images that do not fill a batch, or batches an update, wait for the next one. */
export function stepsPerEpoch({ dataset, recipe }: Pick<Training, "dataset" | "recipe">): number {
  const { batch, accumulate = 1 } = recipe;
  return Math.floor(countBatches(dataset.train.length, { batch, dropLast: true }) / accumulate) * accumulate;
}

/**
 * Trains from a position to the end of its epoch.
 * @param scheduleState what the schedule has observed in the epochs before.
 * @param afterStep is called after every step and awaited; what it throws ends the epoch.
 * @throws UserError when the loss or the norm of the gradients stops being a number.
 */
export async function trainEpoch(
  training: Training,
  from: EpochPosition,
  scheduleState: ScheduleState,
  afterStep: (position: EpochPosition, progress: StepProgress) => Promise<void>,
): Promise<EpochPosition> {
  const { stepper, dataset, recipe, seed } = training;
  const { batch } = recipe;
  const { epoch } = from;
  const steps = stepsPerEpoch(training);
  const durations: number[] = [];
  const started = performance.now();
  const options = {
    batch,
    seed,
    epoch,
    shuffle: true,
    statistics: dataset,
    augment: recipe.augment,
    mix: mixOf(recipe),
    dropLast: true,
    start: from.step,
  };
  const waiting = measureWait(dataset.train.batches(options));
  const feeds = feeder(training, scheduleState);
  let position = from;
  for await (const images of waiting.items) {
    if (position.step === steps) break; // what is left does not fill an update
    const { lr, tensors } = feeds(images, position);
    const stepStarted = performance.now();
    const results = await stepper.run(tensors);
    const ended = performance.now();
    durations.push(ended - stepStarted);
    const step = position.step + 1;
    const batchLoss = Number(results.loss!.data[0]);
    const gradNorm = results.gradNorm && Number(results.gradNorm.data[0]);
    if (!Number.isFinite(batchLoss)) {
      checkImages(images, epoch, step);
      throw diverged(`the loss was ${batchLoss}`, epoch, step, lr);
    }
    if (!Number.isFinite(gradNorm ?? 0)) throw diverged(`the gradients had norm ${gradNorm}`, epoch, step, lr);
    const sums: EpochSums = {
      loss: position.sums.loss + batchLoss,
      correct: position.sums.correct + Number(results.correct!.data[0]),
      parts: withLoss(position.sums.parts, batchLoss, position.step, steps),
      lr,
      imagesPerSecond: speed(batch, durations.slice(-50)),
      seconds: from.sums.seconds + (ended - started) / 1000,
      waited: from.sums.waited + waiting.seconds,
    };
    position = { epoch, step, sums };
    const norm = gradNorm === undefined ? {} : { gradNorm };
    await afterStep(position, { epoch, step, steps, batchLoss, ...norm, ...means(position, batch) });
  }
  // The time of the last checkpoints belongs to the epoch too.
  const seconds = from.sums.seconds + (performance.now() - started) / 1000;
  const imagesPerSecond = durations.length > 0 ? speed(batch, durations) : from.sums.imagesPerSecond;
  return { ...position, sums: { ...position.sums, seconds, imagesPerSecond } };
}

/** How the images of a batch are mixed, where the recipe says so. */
function mixOf(recipe: Recipe): Mix | undefined {
  if (!mixes(recipe)) return undefined;
  const { mixup, cutmix, mixupProb: probability, mixupSwitchProb: switchProbability } = recipe;
  return { mixup, cutmix, probability, switchProbability };
}

/** What a step is fed: the images and what the recipe makes of the moment. */
function feeder(training: Training, scheduleState: ScheduleState) {
  const { dataset, recipe } = training;
  const { batch, accumulate = 1 } = recipe;
  const updates = stepsPerEpoch(training) / accumulate;
  const schedule = scheduleOf(recipe, updates);
  const shape = [batch, dataset.channels, dataset.height, dataset.width];
  const scalar = (value: number) => float32([], [value]);
  return ({ x, y, y2, mix }: Batch, { epoch, step }: EpochPosition): { lr: number; tensors: Tensors } => {
    const { lr, momentum } = schedule.at(epoch - 1 + Math.floor(step / accumulate) / updates, scheduleState);
    const last = step % accumulate === accumulate - 1;
    const tensors: Tensors = {
      x: float32(shape, x),
      y: int64([batch], y),
      lr: scalar(lr),
      ...(mixes(recipe) && y2 && mix ? { y2: int64([batch], y2), mix: float32([batch], mix) } : {}),
      ...(movesMomentum(recipe) && momentum !== undefined ? { momentum: scalar(momentum) } : {}),
      ...(accumulate > 1 ? { apply: { dtype: "bool", shape: [], data: Uint8Array.of(last ? 1 : 0) } } : {}),
    };
    return { lr, tensors };
  };
}

/** What a record says of the training of an epoch that is through. */
export function trainedPart({ sums, step }: EpochPosition, batch: number) {
  const { lr, loss, top1, imagesPerSecond, dataWait } = means({ sums, step }, batch);
  const trainLosses = sums.parts.map((sum, part) => sum / (border(part + 1, step) - border(part, step)));
  return { lr, trainLoss: loss, trainLosses, trainTop1: top1, imagesPerSecond, dataWait };
}

/** @throws UserError where a batch has a number that is not finite, which no learning rate mends. */
function checkImages({ x, indices, size }: Batch, epoch: number, step: number): void {
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const image = indices[Math.floor(at / (x.length / size))];
  throw new UserError(
    `train: got ${x[at]} in image ${image} of the training images, epoch ${epoch}, step ${step}; expected finite numbers`,
  );
}

/** One line for a run whose numbers have left the range of floats. */
export function diverged(what: string, epoch: number, step: number, lr: number): UserError {
  return new UserError(
    `training diverged: ${what} in epoch ${epoch}, step ${step}, learning rate ${lr}; use a smaller learning rate`,
    { option: "lr" },
  );
}

function means({ sums, step }: Pick<EpochPosition, "sums" | "step">, batch: number) {
  const { loss, correct, lr, imagesPerSecond, waited, seconds } = sums;
  return { loss: loss / step, top1: (100 * correct) / (step * batch), lr, imagesPerSecond, dataWait: waited / seconds };
}

/** Up to ten parts of an epoch, as equal as they can be: the step with which each starts. */
function border(part: number, steps: number): number {
  return Math.round((part * steps) / Math.min(10, steps));
}

/** The sums of the parts after the loss of one more step. */
function withLoss(parts: readonly number[], loss: number, step: number, steps: number): number[] {
  if (step === border(parts.length, steps)) return [...parts, loss];
  return [...parts.slice(0, -1), parts.at(-1)! + loss];
}

/** Images per second by the median step: a machine that was busy for a moment does not count. */
function speed(batch: number, milliseconds: readonly number[]): number {
  return (1000 * batch) / median(milliseconds);
}
