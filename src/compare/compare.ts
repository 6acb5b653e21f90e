import { countMacs } from "../account/cost.js";
import { flatAugmentation } from "../data/augment/augmentation.js";
import { latencies } from "../evaluate/latency.js";
import { findGates } from "../explain/find-gates.js";
import { countParameters, type Model, type Weights } from "../graph/graph.js";
import { draftTraining } from "../train/plan.js";
import type { CompareOptions } from "./compare-options.js";
import { type FinishedRun, namingRun, oneRun } from "./one-run.js";
import { sideBySide } from "./side-by-side.js";
import { compareErrors, type Measured, type MeasuredModel } from "./summarise.js";

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
