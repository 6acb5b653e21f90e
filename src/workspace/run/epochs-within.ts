import type { Dataset } from "../../data/dataset.js";
import type { Model } from "../../graph/graph.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { StepDraft } from "../../step/training-step.js";
import type { Recipe } from "../../train/recipe.js";

/** How long a training may take, in the place of a number of epochs. */
export interface TimeBudget {
  /** From the measuring to the last test, in minutes. */
  readonly minutes: number;
  /** Threads of the engine that measures. */
  readonly threads: number;
  /** Called when the measuring begins. */
  readonly onMeasure?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is to fit into the time. */
export interface TimedTraining extends Model {
  readonly draft: StepDraft;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly seed: number;
  /** How often an epoch is tested (once by default). */
  readonly tests?: number | undefined;
}

/** The share of the time that is planned for: machines are not equally fast all the time. */
const PLANNED = 0.9;

/** What else takes the time. */
export interface TimedBeside {
  /** How often each training is run, with another seed each time (1 by default). */
  readonly runs?: number | undefined;
  /** Images that a network of each training answers for once more. */
  readonly answered?: number | undefined;
}

/**
 * How many epochs of all trainings fit into some minutes here: a few steps and a part of the test images are timed,
 * reading of images included.
 * @returns at least 1.
 * @throws the signal's reason when it is aborted.
 */
export async function epochsWithin(
  trainings: readonly TimedTraining[],
  budget: TimeBudget,
  { runs = 1, answered = 0 }: TimedBeside = {},
): Promise<number> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { isFileSplit } = await import("../../data/decode/file-split.js");
  const { minutes, threads, onMeasure, signal } = budget;
  const started = performance.now();
  onMeasure?.();
  const runtime = nodeRuntime({ threads, spin: !trainings.some(({ dataset }) => isFileSplit(dataset.train)) });
  try {
    const { stepsPerEpoch } = await import("../../train/epoch.js");
    let epoch = 0;
    let beside = 0;
    for (const training of trainings) {
      const opening = performance.now();
      const step = await stepSeconds(runtime, training, signal);
      const opened = (performance.now() - opening) / 1000;
      const test = await testSeconds(runtime, training, signal);
      epoch += runs * (step * stepsPerEpoch(training) + (training.tests ?? 1) * test);
      // The step is opened again where each run begins.
      beside += runs * opened + (test / training.dataset.test.length) * answered;
    }
    const left = minutes * 60 - (performance.now() - started) / 1000 - beside;
    return Math.max(1, Math.floor((PLANNED * left) / epoch));
  } finally {
    await runtime.close();
  }
}

/** A recipe with as many epochs; the rate rises over no more of them. */
export function withEpochs(recipe: Recipe, epochs: number): Recipe {
  return { ...recipe, epochs, warmup: Math.min(recipe.warmup, epochs) };
}

/** Seconds of a step with the images that it waits for: without the first, which is slower. */
async function stepSeconds(runtime: Runtime, training: TimedTraining, signal?: AbortSignal): Promise<number> {
  const { openStep } = await import("../../train/open-step.js");
  const { startOf, stepsPerEpoch, trainEpoch } = await import("../../train/epoch.js");
  const { scheduleOf } = await import("../../train/schedules/schedules.js");
  const { draft, weights, seed, dataset, recipe } = training;
  const channelBlock = await runtime.channelBlock();
  const stepper = await openStep({ runtime, step: draft.write({ channelBlock }), weights, seed });
  const { start } = scheduleOf(recipe, stepsPerEpoch(training));
  const ends = [performance.now()];
  const enough = new Error("measured");
  try {
    await trainEpoch({ stepper, dataset, recipe, seed }, startOf(1), start, async () => {
      signal?.throwIfAborted();
      ends.push(performance.now());
      if (ends.length > LEAST && ends.at(-1)! - ends[1]! > SECONDS * 1000) throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  } finally {
    await stepper.release();
  }
  const timed = ends.length > 2 ? ends.slice(1) : ends;
  return (timed.at(-1)! - timed[0]!) / 1000 / (timed.length - 1);
}

/** Something is timed for so many seconds, and for so many steps at least. */
const SECONDS = 2;
const LEAST = 3;

/** Seconds of a test of all test images. */
async function testSeconds(
  runtime: Runtime,
  { graph, weights, dataset }: TimedTraining,
  signal?: AbortSignal,
): Promise<number> {
  const { evaluate } = await import("../../evaluate/evaluate.js");
  const enough = new AbortController();
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  let started = performance.now();
  let seconds = 0;
  let seen = 0;
  const onProgress = (images: number) => {
    if (images === 0) started = performance.now();
    [seen, seconds] = [images, (performance.now() - started) / 1000];
    if (seconds > SECONDS) enough.abort();
  };
  try {
    await evaluate({ runtime, graph, weights, dataset, signal: stop, onProgress });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
  return seen === 0 ? 0 : (seconds / seen) * dataset.test.length;
}
