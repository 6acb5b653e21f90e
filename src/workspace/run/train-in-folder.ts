import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Evaluation } from "../../evaluate/evaluate.js";
import type { Weights } from "../../graph/graph.js";
import type { OnNotice } from "../../notice.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Choices } from "../../train/algorithm-table.js";
import type { Checkpoint } from "../../train/checkpoint.js";
import type { CheckpointEvery } from "../../train/checkpointer.js";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import { keptAlgorithms } from "./choose-algorithms.js";
import { type Keep, type KeptEpoch, keptEpoch } from "./kept-epoch.js";
import type { PreparedTraining } from "./prepare-training.js";
import { checkUntrained, type RunFolder } from "./run-folder.js";
import { openTrainingLog } from "./training-log.js";

/** How a training in a folder works, and how it is followed and stopped. */
export interface TrainInFolderOptions {
  /** Which epoch's weights `model.onnx` has: those with the best test top-1, the default, or those of the last. */
  readonly keep?: Keep | undefined;
  /** Whether the page `report.html` is written (it is by default). */
  readonly report?: boolean | undefined;
  /** How the run was started, for the page: a command line. */
  readonly command?: string | undefined;
  /** Where it goes on, if it does; see {@link lastCheckpoint}. */
  readonly resume?: Checkpoint | undefined;
  /** How gradients are computed; a run that goes on keeps its own. */
  readonly algorithms?: Choices | undefined;
  /** True: parts of the forward pass are computed again rather than kept: less memory, more time, equal numbers. */
  readonly recompute?: boolean | undefined;
  /** When to make checkpoints inside an epoch (never by default). */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** Stops the run after the current step or batch of a test, and saves it. */
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: OnNotice | undefined;
  readonly onStep?: ((progress: StepProgress) => void) | undefined;
  /** Called while the weights of an epoch are tested, with the number of images that are done: 0 at first. */
  readonly onTest?: ((epoch: number, images: number) => void) | undefined;
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  /** Called while the page is made, with the number of images that its gates were measured on: 0 at first. */
  readonly onReport?: ((images: number) => void) | undefined;
}

/** What a training in a folder has come to. */
export interface TrainedInFolder {
  readonly epochs: readonly EpochRecord[];
  /** Whose weights `model.onnx` has. */
  readonly kept: KeptEpoch;
}

/**
 * Reads where the training in a folder stands; undefined where it has made no checkpoint yet.
 * @param onNotice told of damaged checkpoints, which are passed over.
 * @throws UserError when there are checkpoints, but none is whole, or there were some.
 * @example
 * ```ts
 * import { lastCheckpoint, openRun } from "senet/node";
 *
 * const run = openRun("runs/saved");
 * console.log(await lastCheckpoint(run, console.warn)); // undefined
 * run.close();
 * ```
 */
export async function lastCheckpoint(folder: RunFolder, onNotice: OnNotice): Promise<Checkpoint | undefined> {
  const checkpoints = folder.checkpoints(CHECKPOINTS);
  const last = await checkpoints.load(onNotice);
  if (last === undefined) checkUntrained(folder, checkpoints.path);
  return last;
}

/** Where the checkpoints of a training lie in its folder. */
const CHECKPOINTS = "checkpoints";

/** The model of a run, and the page about it. */
export const MODEL = "model.onnx";
export const REPORT = "report.html";

/**
 * Trains, or goes on training, and keeps everything in the run's folder: log, checkpoints, TensorBoard events, the
 * last, the best and the kept model, and a page about them.
 * @returns a record of every epoch, and which of them is kept.
 * @throws the signal's reason when it is aborted; UserError as `train`, or when something cannot be written.
 * @example
 * ```ts
 * import { defaultRecipe } from "senet";
 * import { nodeRuntime, prepareTraining, startRun, trainInFolder } from "senet/node";
 *
 * const prepared = await prepareTraining({
 *   query: { model: "resnet20" },
 *   data: "glyphs",
 *   dataOptions: { trainLimit: 64, testLimit: 32 },
 *   recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 1, batch: 32, augment }),
 *   seed: 1,
 * });
 * const config = { kind: "train", command: "my program", flags: {} };
 * const run = await startRun("runs/trained", { config, facts: { recipe: prepared.recipe } });
 * const runtime = nodeRuntime();
 * const { epochs, kept } = await trainInFolder(runtime, run, prepared); // model.onnx, report.html, checkpoints
 * await runtime.close();
 * run.close();
 * console.log(epochs.length, kept.epoch); // 1 1
 * ```
 */
export async function trainInFolder(
  runtime: Runtime,
  folder: RunFolder,
  prepared: PreparedTraining,
  options: TrainInFolderOptions = {},
): Promise<TrainedInFolder> {
  const { isOver } = await import("../../train/best-epoch.js");
  const { keep = "best", report = true, resume } = options;
  const done: Done = { epochs: [...(resume?.progress.history ?? [])], tested: new Map() };
  const over = resume !== undefined && isOver(prepared.recipe, resume.progress); // it was stopped after its last epoch
  if (!over) {
    await trainEpochs(runtime, folder, prepared, options, done).catch(async (error: unknown) => {
      if (options.signal?.aborted && report) await writeStopped(runtime, folder, prepared, options, done);
      throw error;
    });
  }
  const { epochs, tested } = done;
  const kept = keptEpoch(epochs, keep, prepared.recipe);
  const model = await modelOf(folder, kept, done);
  await folder.write(MODEL, model);
  if (report) {
    const { trainingPage } = await import("./training-page.js");
    const page = await trainingPage(runtime, prepared, {
      ...{ ...options, epochs, kept, model, evaluation: tested.get(testOf(kept)) },
    });
    await folder.write(REPORT, page);
  }
  return { epochs, kept };
}

/** The models of the last and of the best epoch; where weights are averaged, those of the averages. */
const averages = { last: "last.onnx", best: "best.onnx" };
/** Those of the weights themselves, where they are averaged. */
const plains = { last: "last-plain.onnx", best: "best-plain.onnx" };

/** The file of the kept epoch, which is the best or the last. */
export function keptFile({ epoch, averaged }: KeptEpoch, epochs: readonly EpochRecord[]): string {
  const { last, best } = averaged || epochs[epoch - 1]!.plain === undefined ? averages : plains;
  return epoch === epochs.at(-1)!.epoch ? last : best;
}

function modelOf(folder: RunFolder, kept: KeptEpoch, { epochs }: Done): Promise<Uint8Array> {
  return readFile(join(folder.path, keptFile(kept, epochs)));
}

/** What is done of a training. */
interface Done {
  readonly epochs: EpochRecord[];
  /** What the tests of the best and the last epoch gave, where they were done here, by {@link testOf}. */
  tested: ReadonlyMap<string, Evaluation>;
}

/** What a test of weights is called. */
function testOf({ epoch, averaged }: KeptEpoch): string {
  return averaged ? `${epoch} averaged` : String(epoch);
}

/** Writes the page of a run that is stopped, without what would take a pass over the test images. */
async function writeStopped(
  runtime: Runtime,
  folder: RunFolder,
  prepared: PreparedTraining,
  { keep = "best", command }: TrainInFolderOptions,
  done: Done,
): Promise<void> {
  const { epochs, tested } = done;
  if (epochs.length === 0) return;
  const kept = keptEpoch(epochs, keep, prepared.recipe);
  const evaluation = tested.get(testOf(kept));
  if (evaluation === undefined) return; // the page of the stop before shows it
  const { trainingPage } = await import("./training-page.js");
  const model = await modelOf(folder, kept, done);
  const page = await trainingPage(runtime, prepared, { command, epochs, kept, model, evaluation, stopped: true });
  await folder.write(REPORT, page);
}

/** Trains, and adds to what is done. */
async function trainEpochs(
  runtime: Runtime,
  folder: RunFolder,
  { graph, draft, start, dataset, preparedBy, recipe, seed, steps }: PreparedTraining,
  options: TrainInFolderOptions,
  done: Done,
): Promise<void> {
  const { train } = await import("../../train/trainer.js");
  const { bestEpoch, plainTop1 } = await import("../../train/best-epoch.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { withFileForm } = await import("../../clean/training-form.js");
  const { readCard, withCard } = await import("../../models/card/model-card.js");
  const { cardWith } = await import("../../compare/trained-card.js");
  const { resume, recompute, checkpointEvery, signal, onNotice, onStep, onTest, onEpoch } = options;
  const checkpoints = folder.checkpoints(CHECKPOINTS);
  const { epochs: history } = done;
  if (resume !== undefined) {
    await folder.write("metrics.jsonl", history.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }
  const algorithms = resume === undefined ? options.algorithms : await keptAlgorithms(folder);
  const log = await openTrainingLog(folder, "", steps, resume?.progress);
  const card = readCard(graph); // what is added to it must not change what the run is
  await train({
    ...{ runtime, graph, draft, dataset, recipe, seed },
    weights: resume ? undefined : await start(),
    resume,
    recompute,
    algorithms,
    checkpointEvery,
    signal,
    onNotice,
    onCheckpoint: (checkpoint) => checkpoints.save(checkpoint),
    onStep: async (progress) => {
      onStep?.(progress);
      await log.step(progress);
    },
    onTest,
    testPlain: true,
    onEpoch: async (record, weights, test, plain) => {
      onEpoch?.(record);
      await folder.log("metrics.jsonl", record);
      await log.epoch(record);
      history.push(record);
      const keep = async (files: typeof plains, own: Weights, of: EpochRecord | undefined) => {
        const marked = withCard(graph, cardWith(card, { preparedBy, epoch: record.epoch }));
        const bytes = writeOnnx(withFileForm(marked), own);
        await folder.write(files.last, bytes);
        if (of === record) await folder.write(files.best, bytes);
      };
      const best = bestEpoch(history);
      const bestPlain = bestEpoch(history, plainTop1);
      await keep(averages, weights, best);
      if (plain !== undefined) await keep(plains, plain.weights, bestPlain);
      const averaged = recipe.ema !== undefined;
      const bests = [best, bestPlain].map((of) => of?.epoch);
      const before = [...done.tested].filter(([of]) => bests.includes(Number.parseInt(of, 10)));
      done.tested = new Map(before).set(testOf({ epoch: record.epoch, averaged }), test);
      if (plain) done.tested = new Map(done.tested).set(testOf({ epoch: record.epoch, averaged: false }), plain.test);
    },
  });
}
