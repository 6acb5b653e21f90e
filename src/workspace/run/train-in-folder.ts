import type { OnNotice } from "../../notice.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Choices } from "../../train/algorithm-table.js";
import type { Checkpoint } from "../../train/checkpoint.js";
import type { CheckpointEvery } from "../../train/checkpointer.js";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import { keptAlgorithms } from "./choose-algorithms.js";
import type { PreparedTraining } from "./prepare-training.js";
import type { RunFolder } from "./run-folder.js";
import { openTrainingLog } from "./training-log.js";

/** How a training in a folder works, and how it is followed and stopped. */
export interface TrainInFolderOptions {
  /** Where it goes on, if it does; see {@link lastCheckpoint}. */
  readonly resume?: Checkpoint | undefined;
  /** How gradients are computed; a run that goes on keeps its own. */
  readonly algorithms?: Choices | undefined;
  /** True: parts of the forward pass are computed again rather than kept: less memory, more time, equal numbers. */
  readonly recompute?: boolean | undefined;
  /** When to make checkpoints inside an epoch (never by default). */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** Stops the run after the current step, and saves it. */
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: OnNotice | undefined;
  readonly onStep?: ((progress: StepProgress) => void) | undefined;
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
}

/**
 * Reads where the training in a folder stands; undefined where it has made no checkpoint yet.
 * @param onNotice told of damaged checkpoints, which are passed over.
 * @throws UserError when there are checkpoints, but none is whole.
 * @example
 * ```ts
 * import { lastCheckpoint, openRun } from "senet/node";
 *
 * const run = openRun("runs/saved");
 * console.log(await lastCheckpoint(run, console.warn)); // undefined
 * run.close();
 * ```
 */
export function lastCheckpoint(folder: RunFolder, onNotice: OnNotice): Promise<Checkpoint | undefined> {
  return folder.checkpoints(CHECKPOINTS).load(onNotice);
}

/** Where the checkpoints of a training lie in its folder. */
const CHECKPOINTS = "checkpoints";

/**
 * Trains, or goes on training, and keeps everything in the run's folder: log, checkpoints, TensorBoard events, the
 * last, the best and the final model.
 * @returns a record of every epoch.
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
 * const epochs = await trainInFolder(runtime, run, prepared); // model.onnx, metrics.jsonl, checkpoints
 * await runtime.close();
 * run.close();
 * console.log(epochs.length); // 1
 * ```
 */
export async function trainInFolder(
  runtime: Runtime,
  folder: RunFolder,
  { graph, draft, start, dataset, recipe, seed, steps }: PreparedTraining,
  options: TrainInFolderOptions = {},
): Promise<readonly EpochRecord[]> {
  const { train } = await import("../../train/trainer.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { resume, recompute, checkpointEvery, signal, onNotice, onStep, onEpoch } = options;
  const checkpoints = folder.checkpoints(CHECKPOINTS);
  const history = resume?.progress.history ?? [];
  if (resume !== undefined) {
    await folder.write("metrics.jsonl", history.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }
  const algorithms = resume === undefined ? options.algorithms : await keptAlgorithms(folder);
  const log = await openTrainingLog(folder, "", steps, resume?.progress);
  let best = Math.max(...history.map(({ testTop1 }) => testTop1));
  const { weights, epochs } = await train({
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
    onEpoch: async (record, weights) => {
      onEpoch?.(record);
      await folder.log("metrics.jsonl", record);
      await log.epoch(record);
      const bytes = writeOnnx(graph, weights);
      await folder.write("last.onnx", bytes);
      if (record.testTop1 > best) await folder.write("best.onnx", bytes);
      best = Math.max(best, record.testTop1);
    },
  });
  await folder.write("model.onnx", writeOnnx(graph, weights));
  return epochs;
}
