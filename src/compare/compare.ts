import { countMacs } from "../account/cost.js";
import { flatAugmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { latencies } from "../evaluate/latency.js";
import { findGates } from "../explain/find-gates.js";
import { countParameters, type Model, type Weights } from "../graph/graph.js";
import type { OnNotice } from "../notice.js";
import type { Runtime } from "../runtime/runtime.js";
import type { StepProgress } from "../train/epoch.js";
import type { EpochRecord } from "../train/epoch-record.js";
import { draftTraining } from "../train/plan.js";
import type { Recipe } from "../train/recipe.js";
import type { TrainOptions } from "../train/trainer.js";
import type { ComparedModel } from "./compared-model.js";
import { type FinishedRun, namingRun, oneRun } from "./one-run.js";
import type { RunResult } from "./results.js";
import { sideBySide } from "./side-by-side.js";
import { compareErrors, type ErrorComparison, type Measured, type MeasuredModel } from "./summarise.js";

/** One training run of a comparison. */
export interface RunId {
  readonly model: string;
  readonly seed: number;
  /** Counted from 0, out of `runs`. */
  readonly run: number;
  readonly runs: number;
}

/** What is measured of a trained model beside its errors, and how many images it has looked at for that. */
export interface MeasureProgress {
  readonly what: "gates" | "inference time";
  readonly model: string;
  /** Counted from the progress before. */
  readonly images: number;
}

/** What the seeds say that all models have finished, while others are still to come. */
export interface Interim {
  readonly seeds: readonly number[];
  /** Each model but the first against the first. */
  readonly comparisons: readonly ErrorComparison[];
}

/** What is compared on what; and what a caller may follow while `compare` runs. */
export interface CompareOptions {
  /** The engine that measures inference time, and trains where there are no `trainers`. */
  readonly runtime: Runtime;
  /**
   * Engines that train side by side, one run each at a time (`runtime` alone by default). What a run gives does not
   * depend on their number, only its speed does.
   */
  readonly trainers?: readonly Runtime[] | undefined;
  /** At least two; the first is the baseline. */
  readonly models: readonly ComparedModel[];
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly seeds: readonly number[];
  /**
   * Called before each training run; says where it goes on, if it does, how it computes and where its checkpoints go.
   */
  readonly onRun?: (
    run: RunId,
  ) => Promise<Pick<TrainOptions, "resume" | "algorithms" | "recompute" | "checkpointEvery" | "onCheckpoint">>;
  readonly onStep?: (run: RunId, progress: StepProgress) => void | Promise<void>;
  /** Called while a run is tested, with the number of images that are done: 0 at first, then after every batch. */
  readonly onTest?: ((run: RunId, epoch: number, images: number) => void) | undefined;
  readonly onEpoch?: (run: RunId, record: EpochRecord) => void | Promise<void>;
  /** Called when a run is over. */
  readonly onResult?: ((run: RunId, result: RunResult) => void) | undefined;
  /** Called when all models are through with a seed, unless it is the last of all: what the finished seeds say so far. */
  readonly onInterim?: ((interim: Interim) => void) | undefined;
  /** Stores a trained model and returns the path it is known by. */
  readonly onModel: (run: RunId, model: Model) => Promise<string>;
  /** Called while a trained model is measured: without images at first, then after every batch. */
  readonly onMeasure?: ((progress: MeasureProgress) => void) | undefined;
  /** Told what a user should know. */
  readonly onNotice?: OnNotice | undefined;
  /** Stops after the current step, batch or measurement. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of the results that is measured here; who runs the comparison adds when, where and by which command. */
export type Comparison = Pick<Measured, "data" | "jobs" | "recipe" | "models" | "labels">;

/**
 * Trains every model with every seed on the same batches and measures what each gained and cost.
 * Models take turns within a seed, so that both meet the same state of the machine. Several `trainers` take run after
 * run in this order; where one fails, the others stop after their step.
 * @throws UserError when the recipe does not fit the data.
 * @example
 * ```ts
 * import { compare, defaultRecipe, zooModel } from "senet";
 * import { nodeRuntime, openDataset } from "senet/node";
 *
 * const dataset = await openDataset("glyphs", { trainLimit: 64, testLimit: 32 });
 * const runtime = nodeRuntime();
 * const comparison = await compare({
 *   runtime,
 *   dataset,
 *   models: [zooModel("resnet20", dataset), zooModel("seresnet20", dataset)], // the first is the baseline
 *   recipe: { ...defaultRecipe, epochs: 1, batch: 32, augment: dataset.augment },
 *   seeds: [1],
 *   onModel: async ({ model, seed }) => `${model}-seed${seed}.onnx`, // the place to write it
 * });
 * await runtime.close();
 * const [plain, se] = comparison.models.map(({ params }) => params);
 * console.log(plain, se); // 273514 275887
 * ```
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { models, dataset, recipe, seeds } = options;
  const { channels, height, width } = dataset;
  const sharedBy = models.map(({ graph }) => graph);
  const drafted = models.map((model) => ({
    ...model,
    draft: model.draft ?? draftTraining(model.graph, recipe, { sharedBy }),
  }));
  const ids = seeds.flatMap((seed, s) =>
    models.map(({ name }, m) => ({
      model: name,
      seed,
      run: s * models.length + m,
      runs: seeds.length * models.length,
    })),
  );
  const finished = new Map<number, ScoredRun>();
  const weightsOf = new Map<string, Weights>(); // of the last seed, whose models are timed
  const { trainers = [options.runtime], signal } = options;
  await sideBySide(trainers, ids, signal, async (runtime, id, signal) => {
    const run = await oneRun(drafted[id.run % models.length]!, id, { ...options, runtime, signal }).catch((error) => {
      throw namingRun(error, id);
    });
    const { weights, ...rest } = run;
    finished.set(id.run, rest);
    if (id.seed === seeds.at(-1)) weightsOf.set(id.model, weights);
    options.onResult?.(id, run.result);
    tellInterim(options, finished, id.seed);
  });
  const runsOf = (m: number) => seeds.map((_, s) => finished.get(s * models.length + m)!);
  const results = models.map((_, m) => runsOf(m).map(({ result }) => result));
  const trained = models.map(({ name, graph }): Model => ({ graph, weights: weightsOf.get(name)! }));
  const { labels } = finished.get(ids.length - 1)!;
  const batch1 = await inferenceTimes(trained, timing.batch1, options);
  const batch32 = await inferenceTimes(trained, timing.batch32, options);
  return {
    data: {
      name: dataset.name,
      classes: [...dataset.classes],
      train: dataset.train.length,
      test: labels.length,
      channels,
      height,
      width,
    },
    recipe: {
      ...recipe,
      optimizer: recipe.optimizer?.toUpperCase() ?? "SGD",
      augment: { ...flatAugmentation(recipe.augment), flip: recipe.augment.flip, pad: recipe.augment.pad },
      seeds: [...seeds],
    },
    ...(trainers.length > 1 && { jobs: trainers.length }),
    labels: [...labels],
    models: models.map(
      ({ name, graph, attention }, m): MeasuredModel => ({
        name,
        params: countParameters(graph),
        macs: countMacs(graph),
        attention,
        spatialGates: findGates(graph).filter(({ kind }) => kind === "spatial").length,
        runs: results[m]!,
        inferenceMsPerImage: { batch1: batch1[m]!, batch32: batch32[m]! },
      }),
    ),
  };
}

const timing = {
  batch1: { batch: 1, rounds: 60, warmup: 5 },
  batch32: { batch: 32, rounds: 15, warmup: 5 },
};

/** Images that go through a model to measure its inference time. */
export const timedImages = Object.values(timing).reduce(
  (sum, { batch, rounds, warmup }) => sum + batch * (rounds + warmup),
  0,
);

function inferenceTimes(
  trained: readonly Model[],
  timing: { readonly batch: number; readonly rounds: number; readonly warmup: number },
  { runtime, models, signal, onMeasure }: CompareOptions,
): Promise<number[]> {
  const tell = (model: number, images: number) =>
    onMeasure?.({ what: "inference time", model: models[model]!.name, images });
  tell(0, 0);
  return latencies(runtime, trained, { ...timing, signal, onRun: (model) => tell(model, timing.batch) });
}

/** What is kept of a run until all are over. */
type ScoredRun = Omit<FinishedRun, "weights">;

/** Says what the finished seeds give, where the seed is through and is not the last. */
function tellInterim(
  { models, seeds, onInterim }: CompareOptions,
  finished: ReadonlyMap<number, ScoredRun>,
  seed: number,
): void {
  const rows = seeds.map((_, s) => models.map((_, m) => finished.get(s * models.length + m)));
  const complete = [...seeds.keys()].filter((s) => rows[s]!.every((run) => run !== undefined));
  if (complete.length === seeds.length || !complete.includes(seeds.indexOf(seed))) return;
  const [baseline, ...candidates] = models.map(({ name, attention }, m) => ({
    ...{ name, attention },
    runs: complete.map((s) => rows[s]![m]!.result),
  }));
  const { labels } = rows[complete[0]!]![0]!;
  const comparisons = candidates.map((candidate) => compareErrors(baseline!, candidate, labels));
  onInterim?.({ seeds: complete.map((s) => seeds[s]!), comparisons });
}
