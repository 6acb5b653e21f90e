import { join } from "node:path";
import type { Interim, MeasureProgress, RunId } from "../../compare/compare-options.js";
import type { ComparisonResults, RunResult } from "../../compare/results.js";
import type { OnNotice } from "../../notice.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Choices } from "../../train/algorithm-table.js";
import type { Checkpoint, RunProgress } from "../../train/checkpoint.js";
import type { CheckpointEvery } from "../../train/checkpointer.js";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import { keptAlgorithms } from "./choose-algorithms.js";
import { environment } from "./environment.js";
import type { PreparedComparison } from "./prepare-comparison.js";
import { checkUntrained, type RunFolder } from "./run-folder.js";
import { openTrainingLog, type TrainingLog } from "./training-log.js";

/** How a comparison in a folder works, and how it is followed and stopped. */
export interface CompareInFolderOptions {
  /** How it was started, for the report: a command line. */
  readonly command: string;
  /** Engines that train side by side, one run each at a time; the one that measures trains alone by default. */
  readonly trainers?: readonly Runtime[] | undefined;
  /** Where it goes on, if it does; see {@link comparisonProgress}. */
  readonly resume?: ComparisonProgress | undefined;
  /** How gradients are computed; runs that go on keep their own. */
  readonly algorithms?: Choices | undefined;
  /** True: parts of the forward pass are computed again rather than kept: less memory, more time, equal numbers. */
  readonly recompute?: boolean | undefined;
  /** When to make checkpoints inside an epoch (never by default). */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** Stops the comparison after the current step, batch or measurement, and saves it. */
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: OnNotice | undefined;
  /** Called before each training run, whose step is compiled then. */
  readonly onRun?: ((run: RunId) => void) | undefined;
  readonly onStep?: ((run: RunId, progress: StepProgress) => void) | undefined;
  /** Called while a run is tested, with the number of images that are done: 0 at first, then after every batch. */
  readonly onTest?: ((run: RunId, epoch: number, images: number) => void) | undefined;
  readonly onEpoch?: ((run: RunId, record: EpochRecord) => void) | undefined;
  /** Called when a run is over. */
  readonly onResult?: ((run: RunId, result: RunResult) => void) | undefined;
  /** Called when all models are through with a seed, unless it is the last of all. */
  readonly onInterim?: ((interim: Interim) => void) | undefined;
  /** Called while a trained model is measured: without images at first, then after every batch. */
  readonly onMeasure?: ((progress: MeasureProgress) => void) | undefined;
}

/** Where a comparison stands. */
export interface ComparisonProgress {
  /** The runs that were begun, in their order. */
  readonly begun: readonly { readonly run: ModelRun; readonly progress: RunProgress }[];
  /** Epochs that are done in all runs together. */
  readonly epochs: number;
  /** Runs in all. */
  readonly runs: number;
}

/** One run of a comparison. */
export type ModelRun = Pick<RunId, "model" | "seed">;

const checkpointsOf = (folder: RunFolder, { model, seed }: ModelRun) =>
  folder.checkpoints(`checkpoints/${model}-seed${seed}`);

/**
 * Reads where the comparison in a folder stands. Damaged checkpoints are told about when they are used.
 * @example
 * ```ts
 * import { defaultRecipe } from "senet";
 * import { comparisonProgress, openRun, prepareComparison } from "senet/node";
 *
 * const prepared = await prepareComparison({
 *   models: ["resnet20", "seresnet20"],
 *   data: "glyphs",
 *   recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 1, augment }),
 *   seeds: [1, 2, 3],
 * });
 * const run = openRun("runs/saved");
 * const { begun, runs } = await comparisonProgress(run, prepared);
 * run.close();
 * console.log(begun.length, runs); // 0 6
 * ```
 */
export async function comparisonProgress(
  folder: RunFolder,
  { models, seeds, dataset, recipe }: PreparedComparison,
): Promise<ComparisonProgress> {
  const { stepsPerEpoch } = await import("../../train/epoch.js");
  const steps = stepsPerEpoch({ dataset, recipe });
  const runs = seeds.flatMap((seed) => models.map(({ name }) => ({ model: name, seed })));
  const begun = [];
  for (const run of runs) {
    const checkpoint = await checkpointsOf(folder, run).load(() => undefined);
    if (checkpoint !== undefined) begun.push({ run, progress: checkpoint.progress });
  }
  if (begun.length === 0) checkUntrained(folder, join(folder.path, "checkpoints"));
  const epochs = begun.reduce((sum, { progress: { epoch, step } }) => sum + epoch - 1 + step / steps, 0);
  return { begun, epochs, runs: runs.length };
}

/**
 * Compares, or goes on comparing, and keeps everything in the run's folder: log, checkpoints, TensorBoard events,
 * models, `results.json` and `report.html`.
 * @throws the signal's reason when it is aborted; UserError as `compare`, or when something cannot be written.
 * @example
 * ```ts
 * import { defaultRecipe } from "senet";
 * import { compareInFolder, nodeRuntime, prepareComparison, startRun } from "senet/node";
 *
 * const prepared = await prepareComparison({
 *   models: ["resnet20", "seresnet20"],
 *   data: "glyphs",
 *   dataOptions: { trainLimit: 64, testLimit: 32 },
 *   recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 1, batch: 32, augment }),
 *   seeds: [1],
 * });
 * const config = { kind: "compare", command: "my program", flags: {} };
 * const run = await startRun("runs/compared", { config, facts: { recipe: prepared.recipe } });
 * const runtime = nodeRuntime();
 * const { comparisons } = await compareInFolder(runtime, run, prepared, { command: config.command }); // report.html
 * await runtime.close();
 * run.close();
 * console.log(comparisons.map(({ candidate }) => candidate)); // [ 'seresnet20' ]
 * ```
 */
export async function compareInFolder(
  runtime: Runtime,
  folder: RunFolder,
  { models, seeds, dataset, recipe }: PreparedComparison,
  options: CompareInFolderOptions,
): Promise<ComparisonResults> {
  const { compare } = await import("../../compare/compare.js");
  const { stepsPerEpoch } = await import("../../train/epoch.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { withFileForm } = await import("../../clean/training-form.js");
  const { resume: standing, recompute, checkpointEvery, signal, onNotice, onStep, onEpoch } = options;
  const steps = stepsPerEpoch({ dataset, recipe });
  if (standing !== undefined) {
    const lines = standing.begun.flatMap(({ run, progress }) => progress.history.map((at) => ({ ...run, ...at })));
    await folder.write("metrics.jsonl", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const begun = standing !== undefined && standing.begun.length > 0;
  const algorithms = begun ? await keptAlgorithms(folder) : options.algorithms;
  const logs = new Map<number, TrainingLog>();
  const measured = await compare({
    ...{ runtime, models, dataset, recipe, seeds },
    ...{ trainers: options.trainers, signal, onNotice, onTest: options.onTest },
    ...{ onResult: options.onResult, onInterim: options.onInterim, onMeasure: options.onMeasure },
    onRun: async (run) => {
      options.onRun?.(run);
      const checkpoints = checkpointsOf(folder, run);
      const resume = standing && (await checkpoints.load((notice) => onNotice?.(notice)));
      const inside = `tensorboard/${run.model}-seed${run.seed}`;
      logs.set(run.run, await openTrainingLog(folder, inside, steps, resume?.progress));
      const onCheckpoint = (checkpoint: Checkpoint) => checkpoints.save(checkpoint);
      return { resume, algorithms, recompute, checkpointEvery, onCheckpoint };
    },
    onStep: async (run, progress) => {
      onStep?.(run, progress);
      await logs.get(run.run)!.step(progress);
    },
    onEpoch: async (run, record) => {
      onEpoch?.(run, record);
      await folder.log("metrics.jsonl", { model: run.model, seed: run.seed, ...record });
      await logs.get(run.run)!.epoch(record);
    },
    onModel: async ({ model, seed }, { graph, weights }) => {
      const name = `models/${model}-seed${seed}.onnx`;
      await folder.write(name, writeOnnx(withFileForm(graph), weights));
      return name;
    },
  });
  return writeResults(folder, { created: new Date().toISOString(), command: options.command, ...measured });
}

async function writeResults(
  folder: RunFolder,
  measured: Omit<Parameters<typeof import("../../compare/summarise.js").summarise>[0], "environment">,
): Promise<ComparisonResults> {
  const { summarise } = await import("../../compare/summarise.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderComparisonReport } = await import("../../report/comparison-page.js");
  const results = summarise({ ...measured, environment: environment() });
  await folder.write("results.json", formatResults(results));
  await folder.write("report.html", await renderComparisonReport(results));
  return results;
}
