import { basename } from "node:path";
import type { Command as CommandType } from "commander";
import { Command } from "commander";
import { UserError } from "../../errors.js";
import { modelEntry } from "../../models/index.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import type { Recipe } from "../../train/recipe.js";
import { modelSource, modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { checkAnew, openModel } from "../../workspace/model/open-model.js";
import type { RunFolder } from "../../workspace/run/run-folder.js";
import { openOptionsOf, reportSkipped } from "../flags/data-options.js";
import {
  checkpointEveryOf,
  engineOptionsOf,
  number,
  recipeOf,
  recomputeOption,
  type TrainingFlags,
  trainingOptions,
  wholeNumber,
} from "../flags/options.js";
import { Progress } from "../terminal/progress.js";
import { keptChoices, type TuneFlag, tunedChoices, tuneOption } from "./tuned.js";
import { unfolded } from "./unfolded.js";

interface TrainFlags extends TrainingFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly seed: number;
  readonly recompute?: true;
  readonly tune?: TuneFlag;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

/** `senet train`: trains one network. */
export const train = new Command("train")
  .option("--model <model>", modelSources)
  .option("--weights <weights>", `start from them: ${weightsSources} (default: the model's own, or drawn by the seed)`)
  .option("--out <dir>", "folder for the run (default: a new one in runs/)")
  .option("--resume <dir>", "go on with the run in that folder, as it was started")
  .option("--json", "print one JSON document at the end");
for (const option of trainingOptions()) train.addOption(option);
train.addOption(number("--seed <n>", "decides initial weights, order and augmentation", 1).helpGroup("Run:"));
train.addOption(recomputeOption().helpGroup("Run:"));
train.addOption(tuneOption().helpGroup("Run:"));
train.action(run);

async function run(given: TrainFlags, command: CommandType): Promise<void> {
  const { resumedRun, writeConfig } = await import("../../workspace/run/run-config.js");
  const resumed = given.resume === undefined ? undefined : await resumedRun<TrainFlags>(given.resume, command);
  const flags = resumed?.flags ?? given;
  const prepared = await prepare(flags, resumed?.recipe);
  const engine = engineOptionsOf(flags);
  const { freshRunPath, newRunFolder, openRunFolder } = await import("../../workspace/run/run-folder.js");
  const { model, dataset, recipe, seed } = prepared;
  let folder: RunFolder;
  if (flags.resume === undefined) {
    folder = await newRunFolder(flags.out ?? freshRunPath(`${basename(model, ".onnx")}-${dataset.name}`), "train");
    await writeConfig(folder, "train", { ...flags, ...engine }, { model, data: dataset.name, seed, recipe });
  } else {
    folder = openRunFolder(flags.resume, "train");
  }
  const { lockRun } = await import("../../workspace/run/run-lock.js");
  lockRun(folder.path);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { isFileSplit } = await import("../../data/node/decode/file-split.js");
  const runtime = nodeRuntime({ ...engine, spin: !isFileSplit(dataset.train) });
  const progress = new Progress();
  const started = performance.now();
  try {
    const epochs = await trainInto(folder, runtime, prepared, flags, progress);
    progress.clear();
    const result = { model, data: dataset.name, seed, file: `${folder.path}/model.onnx`, epochs };
    const { formatDuration } = await import("../terminal/progress.js");
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(result)}\n`
        : `${model}: ${epochs.at(-1)!.testTop1.toFixed(2)} % top-1 on ${dataset.test.length} test images after ` +
            `${recipe.epochs} ${recipe.epochs === 1 ? "epoch" : "epochs"} ` +
            `(${formatDuration((performance.now() - started) / 1000)}).\nModel: ${result.file}\n`,
    );
  } finally {
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    await runtime.close();
  }
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(flags: TrainFlags, savedRecipe: Recipe | undefined) {
  if (flags.model === undefined || flags.data === undefined) {
    const missing = flags.model === undefined ? "--model seresnet20" : "--data glyphs";
    throw new UserError(`${missing.split(" ")[0]}: got nothing; give one such as ${missing}, or --resume a run`);
  }
  const { model } = flags;
  if (modelSource(model) === "name") modelEntry(model); // an unknown name is told before data is read
  const seed = wholeNumber("--seed", flags.seed);
  const { openDataFor } = await import("../../workspace/data/open-data-for.js");
  const opened = await openDataFor(flags.weights ?? model, flags.data, openOptionsOf(flags));
  const recipe = savedRecipe ?? (await recipeOf(flags, opened));
  const { withCard } = await import("../../models/card/model-card.js");
  const { checkRecipe } = await import("../../train/recipe.js");
  const { planTraining } = await import("../../train/plan.js");
  const { trainedCard } = await import("../../compare/compare.js");
  checkRecipe(recipe, opened);
  const given = await openModel({ ...flags, model }, opened, seed);
  const { statistics, anew } = given;
  const dataset = { ...opened, ...statistics };
  const { graph: bare, start, notices } = await unfolded(given, flags, dataset, recipe);
  // Patterns that fit nothing and operators without a gradient show here.
  checkAnew(model, anew, planTraining(bare, recipe));
  const graph = withCard(bare, trainedCard(dataset, recipe, model, seed));
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  return { model, graph, start, notices, dataset, recipe, seed, checkpointEvery };
}

/** Trains, or goes on training, and keeps everything in the run's folder. @returns a record of every epoch. */
async function trainInto(
  folder: RunFolder,
  runtime: import("../../runtime/runtime.js").Runtime,
  { graph, start, notices, dataset, recipe, seed, checkpointEvery }: Prepared,
  flags: TrainFlags,
  progress: Progress,
): Promise<readonly EpochRecord[]> {
  const { train: runTraining } = await import("../../train/trainer.js");
  const { stepsPerEpoch } = await import("../../train/epoch.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { interruptSignal } = await import("../terminal/interrupt.js");
  const { openTrainingLog } = await import("../../workspace/run/training-log.js");
  const { liveLine, Clock } = await import("../terminal/live-line.js");
  const onNotice = (text: string) => progress.line(`senet: ${text}`);
  const checkpoints = folder.checkpoints("checkpoints");
  const resume = flags.resume === undefined ? undefined : await checkpoints.load(onNotice);
  const history = resume?.progress.history ?? [];
  const steps = stepsPerEpoch({ dataset, recipe });
  if (flags.resume !== undefined) {
    const { epoch, step } = resume?.progress ?? { epoch: 1, step: 0 };
    progress.line(`going on with ${folder.path} from epoch ${epoch}, step ${step} of ${steps}`);
    await folder.write("metrics.jsonl", history.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }
  if (resume === undefined) for (const notice of notices) onNotice(notice);
  const algorithms = await (resume === undefined
    ? tunedChoices(folder, runtime, { graphs: [graph], recipe, flag: flags.tune }, progress)
    : keptChoices(folder));
  const log = await openTrainingLog(folder, "", steps, resume?.progress);
  const signal = interruptSignal("stopping after this step; once more ends at once");
  const clock = new Clock(recipe.epochs, resume && resume.progress.epoch - 1 + resume.progress.step / steps);
  let best = Math.max(...history.map(({ testTop1 }) => testTop1));
  const trained = runTraining({
    runtime,
    graph,
    dataset,
    recipe,
    seed,
    weights: resume ? undefined : await start(),
    resume,
    recompute: flags.recompute,
    algorithms,
    checkpointEvery,
    signal,
    onNotice,
    onCheckpoint: (checkpoint) => checkpoints.save(checkpoint),
    onStep: async (at) => {
      progress.update(liveLine(clock, at.epoch - 1 + at.step / at.steps, `epoch ${at.epoch}/${recipe.epochs}`, at));
      await log.step(at);
    },
    onEpoch: async (record, weights) => {
      progress.line(epochLine(record, recipe.epochs));
      await folder.log("metrics.jsonl", record);
      await log.epoch(record);
      const bytes = writeOnnx(graph, weights);
      await folder.write("last.onnx", bytes);
      if (record.testTop1 > best) await folder.write("best.onnx", bytes);
      best = Math.max(best, record.testTop1);
    },
  });
  const { weights, epochs } = await trained.catch((error: unknown) => {
    if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
    throw error;
  });
  await folder.write("model.onnx", writeOnnx(graph, weights));
  return epochs;
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
