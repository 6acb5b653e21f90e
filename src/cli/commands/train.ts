import { basename } from "node:path";
import { Command } from "commander";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import type { TimeBudget } from "../../workspace/run/epochs-within.js";
import type { Run } from "../../workspace/run/open-run.js";
import type { PreparedTraining } from "../../workspace/run/prepare-training.js";
import { openOptionsOf } from "../flags/data-options.js";
import { effectiveRecipeOf } from "../flags/idle-flags.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number, wholeNumber } from "../flags/number-option.js";
import {
  checkpointEveryOf,
  engineOptionsOf,
  recomputeOption,
  type TrainingFlags,
  trainingOptions,
} from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { givenStatisticsOf } from "../flags/preprocessing-options.js";
import { keptFlags, resumedFlags } from "../flags/resumed-flags.js";
import { type TuneFlag, tableOf, tuneOption } from "../flags/tune-option.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText, tellShortly } from "../terminal/notice-text.js";
import { commandLine, print } from "../terminal/print.js";
import { formatDuration, Progress } from "../terminal/progress.js";
import { shownUnfolding } from "../terminal/show-unfolding.js";

interface TrainFlags extends TrainingFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly seed: number;
  readonly minutes?: number;
  readonly recompute?: true;
  readonly tune?: TuneFlag;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

/** `senet train`: trains one network. */
export const train = new Command("train")
  .option("--model <model>", modelSources)
  .option(
    "--weights <weights>",
    `weights to start from: ${weightsSources} (default: the model's own, or drawn by the seed)`,
  )
  .option("--out <dir>", "folder for the run (default: a new one in runs/)")
  .option("--resume <dir>", "go on with the run in that folder, as it was started")
  .option("--json", "print one JSON document at the end");
for (const option of trainingOptions()) train.addOption(option);
train.addOption(
  number("--minutes <n>", "time that training and tests may take, in the place of --epochs").helpGroup("Recipe:"),
);
train.addOption(
  number("--seed <n>", "number that decides initial weights, order and augmentation", 1).helpGroup("Run:"),
);
train.addOption(recomputeOption().helpGroup("Run:"));
train.addOption(tuneOption().helpGroup("Run:"));
takeModel(train).action((_, flags: TrainFlags, command: Command) => run(flags, command));

async function run(given: TrainFlags, command: Command): Promise<void> {
  const resumed = given.resume === undefined ? undefined : await resumedFlags<TrainFlags>(given.resume, command);
  const flags = resumed?.flags ?? given;
  const progress = new Progress();
  const engine = engineOptionsOf(flags);
  const prepared = await prepare(flags, resumed?.recipe, command, progress);
  const { model, dataset, recipe, seed } = prepared;
  const run = await openRunOf({ ...flags, ...engine }, prepared);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { isFileSplit } = await import("../../data/node/decode/file-split.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const runtime = nodeRuntime({ ...engine, spin: !isFileSplit(dataset.train) });
  const started = performance.now();
  try {
    const epochs = await trainShown(run, runtime, prepared, flags, progress);
    progress.clear();
    const result = { model, data: dataset.name, seed, file: `${run.path}/model.onnx`, epochs };
    print(
      flags.json
        ? `${JSON.stringify(result)}\n`
        : `${model}: ${epochs.at(-1)!.testTop1.toFixed(2)} % top-1 on ${dataset.test.length} test images after ` +
            `${recipe.epochs} ${recipe.epochs === 1 ? "epoch" : "epochs"} ` +
            `(${formatDuration((performance.now() - started) / 1000)}).\nModel: ${result.file}\n`,
    );
  } finally {
    progress.clear();
    for (const notice of skippedImages(dataset)) progress.line(`senet: ${noticeText(notice)}`);
    await Promise.all([runtime.close(), dataset.close?.()]);
    run.close();
  }
}

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(
  flags: TrainFlags,
  savedRecipe: Recipe | undefined,
  command: Command,
  progress: Progress,
): Promise<PreparedTraining> {
  const { model, data, weights } = flags;
  if (model === undefined) throw missing("--model", "seresnet20");
  if (data === undefined) throw missing("--data", "glyphs");
  const { prepareTraining } = await import("../../workspace/run/prepare-training.js");
  const query = { model, weights, network: networkOf(flags) };
  const request = {
    ...{ query, data, dataOptions: openOptionsOf(flags), seed: wholeNumber("--seed", flags.seed) },
    recipe: (situation: Situation, dataset: Dataset) => savedRecipe ?? effectiveRecipeOf(flags, situation, dataset),
    statistics: givenStatisticsOf(flags),
    unfold: flags.unfoldBn && shownUnfolding(engineOptionsOf(flags), progress),
    threads: engineOptionsOf(flags).threads,
    // A run that goes on has its epochs.
    budget: savedRecipe === undefined ? budgetOf(flags, progress) : undefined,
  };
  checkpointEveryOf(flags.checkpointEvery); // a mistake is told before anything is opened
  return opening({ models: [query], hub: hubOf(command), tell: tellShortly }, (following) =>
    prepareTraining({ ...request, ...following }),
  );
}

/** How long the training may take, where that is said. @throws UserError for no time, or epochs beside it. */
function budgetOf({ minutes, epochs, ...flags }: TrainFlags, progress: Progress): TimeBudget | undefined {
  if (minutes === undefined) return undefined;
  if (!(minutes > 0)) throw new UserError(`--minutes: got ${minutes}; expected a time above 0`);
  if (epochs !== undefined) {
    throw new UserError(`--minutes: got ${minutes} with --epochs ${epochs}; expected one of them`);
  }
  const onMeasure = () => progress.update("timing a few steps and tests …");
  return { minutes, threads: engineOptionsOf(flags).threads, onMeasure };
}

function missing(flag: string, example: string): UserError {
  return new UserError(`${flag}: got nothing; give one such as ${flag} ${example}, or --resume a run`);
}

/** The folder of the run, with its configuration. */
async function openRunOf(flags: TrainFlags, prepared: PreparedTraining): Promise<Run> {
  const { freshRunPath } = await import("../../workspace/run/run-folder.js");
  const { openRun, startRun } = await import("../../workspace/run/open-run.js");
  const { model, dataset, seed, recipe } = prepared;
  const path = flags.resume ?? flags.out ?? freshRunPath(`${basename(model, ".onnx")}-${dataset.name}`);
  const goOn = `senet train --resume ${path}`;
  if (flags.resume !== undefined) return openRun(path, { goOn });
  const config = { kind: "train", command: commandLine(), flags: keptFlags(flags) };
  return startRun(path, { goOn, config, facts: { model, data: dataset.name, seed, recipe } });
}

/** Trains, or goes on training, with what happens on the terminal. @returns a record of every epoch. */
async function trainShown(
  folder: Run,
  runtime: Runtime,
  prepared: PreparedTraining,
  flags: TrainFlags,
  progress: Progress,
): Promise<readonly EpochRecord[]> {
  const { lastCheckpoint, trainInFolder } = await import("../../workspace/run/train-in-folder.js");
  const { chooseAlgorithms } = await import("../../workspace/run/choose-algorithms.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { measuring } = await import("../terminal/measure-algorithms.js");
  const { liveLine, Clock } = await import("../terminal/live-line.js");
  const { draft, notices, recipe, steps } = prepared;
  const { tune, recompute } = flags;
  const onNotice = (notice: Parameters<typeof noticeText>[0]) => progress.line(`senet: ${noticeText(notice)}`);
  const resume = flags.resume === undefined ? undefined : await lastCheckpoint(folder, onNotice);
  if (flags.resume !== undefined) {
    const { epoch, step } = resume?.progress ?? { epoch: 1, step: 0 };
    progress.line(`going on with ${folder.path} from epoch ${epoch}, step ${step} of ${steps}`);
  }
  if (resume === undefined) for (const notice of notices) onNotice(notice);
  const toTune = resume === undefined && tune !== undefined && { drafts: [draft], table: tableOf(tune) };
  const algorithms = toTune
    ? await measuring(progress, (events) => chooseAlgorithms(folder, runtime, toTune, events))
    : undefined;
  const clock = new Clock(recipe.epochs, resume && resume.progress.epoch - 1 + resume.progress.step / steps);
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  const events = {
    onNotice,
    onStep: (at: StepProgress) =>
      progress.update(liveLine(clock, at.epoch - 1 + at.step / at.steps, `epoch ${at.epoch}/${recipe.epochs}`, at)),
    onEpoch: (record: EpochRecord) => progress.line(epochLine(record, recipe.epochs)),
  };
  return interruptible("stopping after this step; once more ends at once", (signal) =>
    trainInFolder(runtime, folder, prepared, {
      ...{ resume, algorithms, recompute, checkpointEvery, signal },
      ...events,
    }).catch((error: unknown) => {
      if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
      throw error;
    }),
  );
}

/** What an epoch gave; in 80 columns, so that a terminal does not break it. */
function epochLine(record: EpochRecord, epochs: number): string {
  const { epoch, trainLoss, testLoss, testTop1, imagesPerSecond, dataWait } = record;
  const waited = dataWait > 0.01 ? `  wait ${Math.round(100 * dataWait)} %` : "";
  return (
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${trainLoss.toFixed(3)}, ` +
    `test ${testLoss.toFixed(3)}  top-1 ${testTop1.toFixed(2).padStart(5)} %  ` +
    `${Math.round(imagesPerSecond)} images/s${waited}`
  );
}
