import { basename } from "node:path";
import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { formatDuration } from "../../report/format.js";
import { wrapText } from "../../report/text-columns.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Checkpoint } from "../../train/checkpoint.js";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import type { Keep } from "../../workspace/run/kept-epoch.js";
import type { Run, StartedRun } from "../../workspace/run/open-run.js";
import type { PreparedTraining } from "../../workspace/run/prepare-training.js";
import type { TrainedInFolder } from "../../workspace/run/train-in-folder.js";
import { openOptionsOf } from "../flags/data-options.js";
import { effectiveRecipeOf } from "../flags/idle-flags.js";
import { budgetOf, minutesOption } from "../flags/minutes-option.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import {
  checkpointEveryOf,
  engineOptionsOf,
  recomputeOption,
  startingAsConfig,
  type TrainingFlags,
  trainingOptions,
} from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { givenStatisticsOf } from "../flags/preprocessing-options.js";
import { keptFlags, resumedFlags } from "../flags/resumed-flags.js";
import { trainingOn } from "../flags/training-on.js";
import { type TuneFlag, tableOf, tuneOption } from "../flags/tune-option.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { factLines } from "../terminal/fact-lines.js";
import { opening } from "../terminal/follow-hub.js";
import { waitPart } from "../terminal/live-line.js";
import { noticeText, tellShortly } from "../terminal/notice-text.js";
import { commandLine, keepsItsResult, print } from "../terminal/print.js";
import { Progress } from "../terminal/progress.js";
import { shownUnfolding } from "../terminal/show-unfolding.js";

interface TrainFlags extends TrainingFlags, TakingFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly answer?: string;
  readonly learnBuffers?: readonly string[];
  readonly seed: number;
  readonly minutes?: number;
  readonly keep: Keep;
  readonly report: boolean;
  readonly recompute?: true;
  readonly tune?: TuneFlag;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

/** The flags of a run as its folder has them: of earlier versions without some. */
type SavedFlags = Omit<TrainFlags, "keep" | "report"> & Partial<Pick<TrainFlags, "keep" | "report">>;

/** `senet train`: trains one network. */
export const train = new Command("train")
  .option("--model <model>", modelSources)
  .option(
    "--weights <weights>",
    `weights to start from: ${weightsSources} (default: the model's own, or drawn by the seed)`,
  )
  .option(
    "--answer <name>",
    "the output of a file that is trained, where it has several (default: the classifier's, found by its form)",
  )
  .option(
    "--learn-buffers <patterns...>",
    "patterns of a file's settings (its mean and std, temperature, blur) that learn all the same",
  )
  .option("--out <dir>", "folder for the run (default: a new one in runs/)")
  .option("--resume <dir>", "go on with the run in that folder, as it was started")
  .option("--json", "print one JSON document at the end");
for (const option of trainingOptions()) train.addOption(option);
train.addOption(minutesOption().helpGroup("Recipe:"));
train.addOption(
  number("--seed <n>", "number that decides initial weights, order and augmentation", bounds.seed, 1).helpGroup("Run:"),
);
train.addOption(
  new Option("--keep <epoch>", "epoch whose weights model.onnx has: the best by test top-1, or the last")
    .choices(["best", "last"])
    .default("best")
    .helpGroup("Run:"),
);
train.addOption(recomputeOption().helpGroup("Run:"));
train.addOption(tuneOption().helpGroup("Run:"));
train.addOption(new Option("--no-report", "make no page about the run").helpGroup("Run:"));
train.addHelpText(
  "after",
  "\nFrom folders of photos to a server: docs/photos.md.\nRecipes, resuming and memory: docs/training.md.",
);
for (const option of takingOptions()) train.addOption(option);
takeModel(train).action((_, flags: TrainFlags, command: Command) => run(flags, command));

async function run(given: TrainFlags, command: Command): Promise<void> {
  const resumed = given.resume === undefined ? undefined : await resumedFlags<SavedFlags>(given.resume, command);
  // A run that was started before one could choose goes on as it was.
  const flags =
    resumed === undefined
      ? await startingAsConfig(given, command)
      : { keep: "last" as const, report: false, ...resumed.flags };
  keepsItsResult();
  const progress = new Progress();
  if (resumed !== undefined && (await showFinished(flags, resumed.recipe, command, progress))) return;
  const engine = engineOptionsOf(flags);
  progress.show("reading the data");
  const prepared = await prepare(flags, resumed?.recipe, command, progress).finally(() => progress.clear());
  const { model, dataset, seed } = prepared;
  const run = await openRunOf({ ...flags, ...engine }, prepared);
  const { describeTraining } = await import("../../workspace/run/describe-training.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { isFileSplit } = await import("../../data/decode/file-split.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  for (const line of factLines(describeTraining(prepared))) progress.line(line);
  const runtime = nodeRuntime({ ...engine, spin: !isFileSplit(dataset.train) });
  for (const notice of dataset.notices ?? []) progress.line(`senet: ${noticeText(notice)}`);
  const started = performance.now();
  let steps = 0;
  const onStep = () => {
    steps++;
  };
  try {
    const trained = await trainShown(
      run,
      runtime,
      prepared,
      { ...flags, startedBy: resumed?.startedBy, onStep },
      progress,
    );
    progress.clear();
    const seconds = (performance.now() - started) / 1000;
    const data = { name: dataset.name, test: { images: dataset.test.length } };
    await printResult({ model, data, seed, path: run.path, ...trained, seconds }, flags);
    if (flags.report) progress.line(`The report: ${run.path}/report.html`);
  } catch (error) {
    if (steps === 0 && error instanceof UserError) await run.discard?.();
    throw error;
  } finally {
    progress.clear();
    for (const notice of skippedImages(dataset)) progress.line(`senet: ${noticeText(notice)}`);
    await Promise.all([runtime.close(), dataset.close?.()]);
    run.close();
  }
}

/** What a run has come to. */
interface Result extends TrainedInFolder {
  readonly model: string;
  readonly data: { readonly name: string; readonly test: { readonly images: number } };
  readonly seed: number;
  readonly path: string;
  /** How long it took; undefined where it was over. */
  readonly seconds?: number;
}

async function printResult(
  { model, data, seed, path, epochs, kept, seconds }: Result,
  { json, keep }: TrainFlags,
): Promise<void> {
  const { keptTop1, otherKept } = await import("../../workspace/run/kept-epoch.js");
  const { keptFile } = await import("../../workspace/run/train-in-folder.js");
  const file = `${path}/model.onnx`;
  if (json) {
    print(`${JSON.stringify({ model, data: data.name, seed, file, kept, epochs })}\n`);
    return;
  }
  const top1 = keptTop1(epochs, kept);
  const other = otherKept(epochs, kept);
  const took = seconds === undefined ? "" : ` (${formatDuration(seconds)})`;
  const line =
    `${model}: ${top1.toFixed(2)} % top-1 on ${data.test.images} test images with the ` +
    `${kept.averaged ? "averaged " : other ? "plain " : ""}weights of epoch ${kept.epoch} of ${epochs.length}, the ${keep}${took}.`;
  const beside =
    other &&
    `The ${other.averaged ? "averaged" : "plain"} weights reach ${other.testTop1.toFixed(2)} %, ` +
      `in epoch ${other.epoch}: ${path}/${keptFile(other, epochs)}`;
  print(`${[line, ...(beside ? [beside] : [])].flatMap((text) => wrapText(text)).join("\n")}\nModel: ${file}\n`);
}

/** Says of a run that it is finished, if it is, and how it is trained on. */
async function showFinished(flags: TrainFlags, recipe: Recipe, command: Command, progress: Progress): Promise<boolean> {
  const { finishedTraining } = await import("../../workspace/run/finished-training.js");
  const path = flags.resume!;
  const finished = await finishedTraining(path, recipe, flags.keep);
  if (finished === undefined || (flags.report && !finished.report)) return false;
  progress.line(`${path} is finished; train on with: ${trainingOn(path, command, flags, recipe.epochs)}`);
  await printResult({ model: flags.model!, path, ...finished }, flags);
  return true;
}

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(
  flags: TrainFlags,
  savedRecipe: Recipe | undefined,
  command: Command,
  progress: Progress,
): Promise<PreparedTraining> {
  const { model, data, weights, answer: output, learnBuffers } = flags;
  if (model === undefined) throw missing("--model", "seresnet20");
  if (data === undefined) throw missing("--data", "glyphs");
  const { prepareTraining } = await import("../../workspace/run/prepare-training.js");
  const query = { model, weights, taking: takingOf(flags, weights), network: networkOf(flags) };
  const request = {
    ...{ query, data, output, learnBuffers, dataOptions: openOptionsOf(flags), seed: flags.seed },
    recipe: (situation: Situation, dataset: Dataset) => savedRecipe ?? effectiveRecipeOf(flags, situation, dataset),
    statistics: givenStatisticsOf(flags),
    unfold: flags.unfoldBn && shownUnfolding(engineOptionsOf(flags), progress),
    threads: engineOptionsOf(flags).threads,
    recompute: flags.recompute,
    // A run that goes on has its epochs.
    budget: savedRecipe === undefined ? budgetOf(flags, progress) : undefined,
  };
  checkpointEveryOf(flags.checkpointEvery); // a mistake is told before anything is opened
  const tell = (notice: Parameters<typeof tellShortly>[0]) => {
    progress.clear();
    tellShortly(notice);
  };
  return opening({ models: [query], hub: hubOf(command), tell }, (following) =>
    prepareTraining({ ...request, ...following }),
  );
}

function missing(flag: string, example: string): UserError {
  return new UserError(`${flag}: got nothing; give one such as ${flag} ${example}, or --resume a run`);
}

/** The folder of the run, with its configuration. */
async function openRunOf(flags: TrainFlags, prepared: PreparedTraining): Promise<Run & Partial<StartedRun>> {
  const { freshRunPath } = await import("../../workspace/run/run-folder.js");
  const { openRun, startRun } = await import("../../workspace/run/open-run.js");
  const { model, dataset, seed, recipe } = prepared;
  const path = flags.resume ?? flags.out ?? freshRunPath(`${basename(model, ".onnx")}-${dataset.name}`);
  const goOn = `senet train --resume ${path}`;
  if (flags.resume !== undefined) return openRun(path, { goOn });
  const config = { kind: "train", command: commandLine(), flags: keptFlags(flags) };
  return startRun(path, { goOn, data: flags.data, config, facts: { model, data: dataset.name, seed, recipe } });
}

/** Trains, or goes on training, with what happens on the terminal. */
async function trainShown(
  folder: Run,
  runtime: Runtime,
  prepared: PreparedTraining,
  flags: TrainFlags & { readonly startedBy: string | undefined; readonly onStep: () => void },
  progress: Progress,
): Promise<TrainedInFolder> {
  const { lastCheckpoint, trainInFolder } = await import("../../workspace/run/train-in-folder.js");
  const { chooseAlgorithms } = await import("../../workspace/run/choose-algorithms.js");
  const { isStale } = await import("../../train/best-epoch.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { measuring } = await import("../terminal/measure-algorithms.js");
  const { draft, notices, recipe, steps } = prepared;
  const { tune, recompute, keep, report, startedBy = commandLine() } = flags;
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
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  const trained = await interruptible("stopping after this step; once more ends at once", async (signal) =>
    trainInFolder(runtime, folder, prepared, {
      ...{ keep, report, command: startedBy, resume, algorithms, recompute, checkpointEvery, signal, onNotice },
      ...(await trainingEvents(prepared, resume, flags.onStep, progress)),
    }).catch((error: unknown) => {
      if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
      throw error;
    }),
  );
  if (isStale(recipe, trained.epochs) && trained.epochs.length < recipe.epochs) {
    progress.line(`stopped: no higher test top-1 in ${recipe.stopAfter} epochs`);
  }
  return trained;
}

/** What happens in a training, on the terminal: with the time that is left, tests and the page counted. */
async function trainingEvents(
  { recipe, dataset, graph }: PreparedTraining,
  resume: Checkpoint | undefined,
  onStep: () => void,
  progress: Progress,
) {
  const { workOf } = await import("../../train/work.js");
  const { findGates } = await import("../../explain/find-gates.js");
  const { Clock } = await import("../terminal/clock.js");
  const { liveLine, testingPart, trainingPart } = await import("../terminal/live-line.js");
  const { LossCurve } = await import("../terminal/loss-curve.js");
  const curve = new LossCurve();
  const tests = recipe.ema === undefined ? 1 : 2; // the weights and their average
  const images = tests * dataset.test.length;
  const all = workOf({ dataset, recipe }, recipe.epochs, tests);
  const { epoch, step } = resume?.progress ?? { epoch: 1, step: 0 };
  const gated = findGates(graph).some(({ kind }) => kind === "channel");
  const before = workOf({ dataset, recipe }, epoch - 1, tests);
  const clock = new Clock(
    { ...all, tested: all.tested + (gated ? dataset.test.length : 0) },
    { ...before, trained: before.trained + step * recipe.batch },
  );
  const place = (epoch: number) => `epoch ${epoch}/${recipe.epochs}`;
  let tested = 0;
  const looked = (images: number) => {
    clock.did("tested", images === 0 ? 0 : images - tested);
    tested = images;
  };
  progress.show("compiling the step");
  return {
    onStep: (at: StepProgress) => {
      onStep();
      clock.did("trained", recipe.batch);
      curve.add(at.batchLoss);
      progress.update(liveLine(clock, place(at.epoch), trainingPart(at, curve)));
    },
    onTest: (epoch: number, done: number) => {
      looked(done);
      const line = liveLine(clock, place(epoch), testingPart(done, images));
      if (done === 0) progress.show(line);
      else progress.update(line);
    },
    onEpoch: (record: EpochRecord) => progress.line(epochLine(record, recipe.epochs)),
    onReport: (done: number) => {
      clock.reach(all);
      looked(done);
      const line = liveLine(clock, `the gates on ${testingPart(done, dataset.test.length)}`);
      if (done === 0) progress.show(line);
      else progress.update(line);
    },
  };
}

/** What an epoch gave; in 80 columns, so that a terminal does not break it. */
function epochLine(record: EpochRecord, epochs: number): string {
  const { epoch, trainLoss, testLoss, testTop1, plain, imagesPerSecond, dataWait } = record;
  const speed = dataWait > 0.01 ? waitPart(dataWait) : `${Math.round(imagesPerSecond)} images/s`;
  const trained = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${trainLoss.toFixed(3)}  `;
  if (plain !== undefined) {
    const [average, own] = [testTop1, plain.testTop1].map((top1) => top1.toFixed(2).padStart(5));
    return `${trained}test top-1 ${own} %, averaged ${average} %  ${speed}`;
  }
  return `${trained}test loss ${testLoss.toFixed(3)}  test top-1 ${testTop1.toFixed(2).padStart(5)} %  ${speed}`;
}
