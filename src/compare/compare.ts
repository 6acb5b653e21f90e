import { countMacs } from "../account/cost.js";
import { flatAugmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { latencies } from "../evaluate/latency.js";
import { findGates } from "../explain/find-gates.js";
import { gateStatistics } from "../explain/gates.js";
import { countParameters, type Model, type Weights } from "../graph/graph.js";
import { withCard } from "../models/card/model-card.js";
import type { OnNotice } from "../notice.js";
import type { Runtime } from "../runtime/runtime.js";
import type { StepProgress } from "../train/epoch.js";
import type { EpochRecord } from "../train/epoch-record.js";
import { draftTraining } from "../train/plan.js";
import type { Recipe } from "../train/recipe.js";
import { type TrainOptions, train } from "../train/trainer.js";
import type { ComparedModel } from "./compared-model.js";
import type { EpochResult, RunResult } from "./results.js";
import { type Measured, type MeasuredModel, scoreRun } from "./summarise.js";
import { cardWith, trainedCard } from "./trained-card.js";

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

/** What is compared on what; and what a caller may follow while `compare` runs. */
export interface CompareOptions {
  /** The engine that trains and measures. */
  readonly runtime: Runtime;
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
export type Comparison = Pick<Measured, "data" | "recipe" | "models" | "labels">;

/**
 * Trains every model with every seed on the same batches and measures what each gained and cost.
 * Models take turns within a seed, so that both meet the same state of the machine.
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
  const results: RunResult[][] = models.map(() => []);
  const trained: Model[] = [];
  let labels: number[] = [];
  const sharedBy = models.map(({ graph }) => graph);
  const drafted = models.map((model) => ({
    ...model,
    draft: model.draft ?? draftTraining(model.graph, recipe, { sharedBy }),
  }));
  for (const [s, seed] of seeds.entries()) {
    for (const [m, model] of drafted.entries()) {
      const id = { model: model.name, seed, run: s * models.length + m, runs: seeds.length * models.length };
      const { result, weights, labels: read } = await oneRun(model, id, options);
      results[m]!.push(result);
      labels = read;
      trained[m] = { graph: model.graph, weights };
    }
  }
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
    labels,
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

async function oneRun(
  { graph, start, statistics, provenance, draft }: ComparedModel,
  id: RunId,
  {
    runtime,
    dataset: data,
    recipe,
    onRun,
    onStep,
    onTest,
    onEpoch,
    onMeasure,
    onModel,
    onNotice,
    signal,
  }: CompareOptions,
): Promise<{ result: RunResult; weights: Weights; labels: number[] }> {
  const dataset = { ...data, ...statistics };
  const given = (await onRun?.(id)) ?? {};
  const { weights, epochs, predictions } = await train({
    runtime,
    graph,
    dataset,
    recipe,
    seed: id.seed,
    weights: given.resume ? undefined : await start(id.seed),
    ...given,
    draft,
    onStep: (progress) => onStep?.(id, progress),
    onTest: (epoch, images) => onTest?.(id, epoch, images),
    onEpoch: (record) => onEpoch?.(id, record),
    onNotice,
    signal,
  });
  // Images that could not be read are known to no run: they count for none.
  const read = [...predictions.keys()].filter((n) => predictions[n] !== -1);
  const predicted = read.map((n) => predictions[n]!);
  const labels = read.map((n) => dataset.test.labels[n]!);
  let seen = 0;
  const onProgress = (images: number) => {
    onMeasure?.({ what: "gates", model: id.model, images: images - seen });
    seen = images;
  };
  const gates = await gateStatistics({ runtime, graph, weights, dataset, signal, onProgress });
  const card = cardWith(trainedCard(dataset, recipe, id.model, id.seed), {
    ...provenance,
    epoch: epochs.at(-1)!.epoch,
  });
  return {
    weights,
    labels,
    result: {
      seed: id.seed,
      epochs: epochs.map((epoch): EpochResult => ({ ...epoch, trainLosses: [...epoch.trainLosses] })),
      ...scoreRun(predicted, labels, dataset.classes.length),
      predictions: predicted,
      gates,
      model: await onModel(id, { graph: withCard(graph, card), weights }),
    },
  };
}
