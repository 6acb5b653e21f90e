import type { Dataset } from "../data/dataset.js";
import { batches, countBatches } from "../data/loader.js";
import { prefetch } from "../data/prefetch.js";
import { UserError } from "../errors.js";
import { type Evaluation, evaluate } from "../evaluate/evaluate.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx-write.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { initialState } from "../transform/state.js";
import type { TrainingStep } from "../transform/training-step.js";
import { planTraining } from "./plan.js";
import { checkRecipe, type Recipe } from "./recipe.js";
import { scheduleOf } from "./schedules.js";

/** One line of the training log. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** The learning rate of the last step. */
  readonly lr: number;
  readonly trainLoss: number;
  /** The same over each of up to ten equal parts of the epoch, in order. */
  readonly trainLosses: readonly number[];
  /** Percent, of the augmented images as they were trained on. */
  readonly trainTop1: number;
  readonly testLoss: number;
  /** Percent. */
  readonly testTop1: number;
  /** Training speed, by the median step. */
  readonly imagesPerSecond: number;
  /** Duration of the epoch, evaluation included. */
  readonly seconds: number;
}

/** Where training stands, after every step. */
export interface StepProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Means over the epoch so far; accuracy in percent. */
  readonly loss: number;
  readonly top1: number;
  readonly imagesPerSecond: number;
}

/** What a caller may follow while `train` runs. */
export interface TrainEvents {
  readonly onStep?: (progress: StepProgress) => void;
  /** Called after every epoch's evaluation and awaited, so that it can save. */
  readonly onEpoch?: (record: EpochRecord, weights: Weights) => void | Promise<void>;
  /** Stops the run after the current step; `train` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A finished run. */
export interface TrainResult {
  readonly weights: Weights;
  readonly epochs: readonly EpochRecord[];
  /** The class that the final weights give each test image. */
  readonly predictions: Int32Array;
}

/**
 * Trains a classifier from scratch, evaluating on the test split after every epoch.
 * @param graph from images [N, C, H, W] to logits [N, classes].
 * @throws UserError when the recipe does not fit the data, or the loss stops being a number.
 */
export async function train(
  runtime: Runtime,
  graph: Graph,
  dataset: Dataset,
  recipe: Recipe,
  seed: number,
  events: TrainEvents = {},
): Promise<TrainResult> {
  checkRecipe(recipe, dataset);
  const target = { channelBlock: await runtime.channelBlock() };
  const plan = planTraining(graph, recipe, target);
  let weights = initialise(graph, seed);
  const stepper = await openStep(runtime, plan, weights);
  const epochs: EpochRecord[] = [];
  let predictions: Int32Array = new Int32Array();
  try {
    for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
      const started = performance.now();
      const trained = await trainEpoch(stepper, dataset, recipe, { seed, epoch }, events);
      weights = await stepper.read([...graph.parameters.keys()]);
      const test = await evaluateWeights(runtime, { graph, weights }, dataset, events.signal);
      predictions = test.predictions;
      const seconds = (performance.now() - started) / 1000;
      epochs.push({ epoch, ...trained, testLoss: test.loss, testTop1: test.top1, seconds });
      await events.onEpoch?.(epochs.at(-1)!, weights);
    }
  } finally {
    await stepper.release();
  }
  return { weights, epochs, predictions };
}

/** Evaluates on the test split in the form of the exported file, which the engine runs about twice as fast. */
async function evaluateWeights(
  runtime: Runtime,
  { graph, weights }: Model,
  dataset: Dataset,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const session = await runtime.open(writeOnnx(graph, weights));
  try {
    return await evaluate(session, graph, dataset.test, dataset, { signal });
  } finally {
    await session.release();
  }
}

/** Opens a training step with the given weights and an optimizer that remembers nothing yet. */
export function openStep(runtime: Runtime, plan: TrainingStep, weights: Weights, seed = 0): Promise<Session> {
  return runtime.open(writeOnnx(plan.graph), {
    resident: initialState(plan, weights, seed),
    next: new Map(plan.state.map(({ input, output }) => [input, output])),
  });
}

async function trainEpoch(
  stepper: Session,
  dataset: Dataset,
  recipe: Recipe,
  { seed, epoch }: { seed: number; epoch: number },
  { onStep, signal }: TrainEvents,
) {
  const { batch, augment } = recipe;
  const options = { batch, seed, epoch, shuffle: true, augment, dropLast: true };
  const steps = countBatches(dataset.train.length, options);
  const schedule = scheduleOf(recipe, steps);
  const shape = [batch, dataset.channels, dataset.height, dataset.width];
  const durations: number[] = [];
  const losses: number[] = [];
  let [step, lossSum, correct, lr] = [0, 0, 0, 0];
  for await (const { x, y } of prefetch(batches(dataset.train, dataset, options))) {
    signal?.throwIfAborted();
    lr = schedule.at(epoch - 1 + step / steps, schedule.start).lr;
    const started = performance.now();
    const results = await stepper.run({
      x: { dtype: "float32", shape, data: x },
      y: { dtype: "int64", shape: [batch], data: y },
      lr: { dtype: "float32", shape: [], data: Float32Array.of(lr) },
    });
    durations.push(performance.now() - started);
    step++;
    const loss = Number(results.loss!.data[0]);
    if (!Number.isFinite(loss)) {
      throw new UserError(
        `training diverged: the loss was ${loss} in epoch ${epoch}, step ${step}, learning rate ${lr}; use a smaller --lr`,
      );
    }
    losses.push(loss);
    lossSum += loss;
    correct += Number(results.correct!.data[0]);
    const top1 = (100 * correct) / (step * batch);
    onStep?.({ epoch, step, steps, loss: lossSum / step, top1, imagesPerSecond: speed(batch, durations.slice(-50)) });
  }
  const trainTop1 = (100 * correct) / (step * batch);
  return {
    lr,
    trainLoss: lossSum / step,
    trainLosses: inParts(losses),
    trainTop1,
    imagesPerSecond: speed(batch, durations),
  };
}

/** The means over up to ten parts of a list, as equal as they can be. */
function inParts(values: readonly number[]): number[] {
  const parts = Math.min(10, values.length);
  const border = (part: number) => Math.round((part * values.length) / parts);
  return Array.from({ length: parts }, (_, part) => mean(values.slice(border(part), border(part + 1))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Images per second by the median step: a machine that was busy for a moment does not count. */
function speed(batch: number, milliseconds: readonly number[]): number {
  return (1000 * batch) / milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1]!;
}
