import { Command } from "commander";
import type { RunId } from "../../compare/compare.js";
import type { RunProgress } from "../../train/checkpoint.js";
import type { Recipe } from "../../train/recipe.js";
import { modelSource } from "../../workspace/model/model-source.js";
import type { RunFolder } from "../../workspace/run/run-folder.js";
import type { TrainingLog } from "../../workspace/run/training-log.js";
import { openOptionsOf, reportSkipped } from "../flags/data-options.js";
import {
  checkpointEveryOf,
  engineOptionsOf,
  number,
  recipeOf,
  type TrainingFlags,
  trainingOptions,
  wholeNumber,
} from "../flags/options.js";
import { formatDuration, Progress } from "../terminal/progress.js";
import { keptChoices, type TuneFlag, tunedChoices, tuneOption } from "./tuned.js";

interface CompareFlags extends TrainingFlags {
  readonly models: string;
  readonly data: string;
  readonly seeds: number;
  readonly out?: string;
  readonly resume?: string;
  readonly tune?: TuneFlag;
  readonly json?: true;
}

/** `senet compare`: trains a network and its SE twin side by side and says whether SE helped. */
export const compare = new Command("compare")
  .option(
    "--models <names>",
    "networks by name, .onnx files, folders of runs or hub ids, with commas between; the first is the baseline",
    "resnet20,seresnet20",
  )
  .option("--out <dir>", "folder for the report (default: a new one in runs/)")
  .option("--resume <dir>", "go on with the comparison in that folder, as it was started")
  .option("--json", "print results.json instead of the table");
for (const option of trainingOptions({ data: "glyphs" })) compare.addOption(option);
compare.addOption(number("--seeds <n>", "runs per network, with seeds 1 to n", 3).helpGroup("Run:"));
compare.addOption(tuneOption().helpGroup("Run:"));
compare.action(run);

async function run(given: CompareFlags, command: Command): Promise<void> {
  const { resumedRun, writeConfig } = await import("../../workspace/run/run-config.js");
  const { commandLine } = await import("../../workspace/run/environment.js");
  const resumed = given.resume === undefined ? undefined : await resumedRun<CompareFlags>(given.resume, command);
  const flags = resumed?.flags ?? given;
  const prepared = await prepare(flags, resumed?.recipe);
  const engine = engineOptionsOf(flags);
  const { models: compared, notices, seeds, dataset, recipe } = prepared;
  const models = compared.map(({ name }) => name);
  const { freshRunPath, newRunFolder, openRunFolder } = await import("../../workspace/run/run-folder.js");
  let folder: RunFolder;
  if (flags.resume === undefined) {
    folder = await newRunFolder(flags.out ?? freshRunPath(`compare-${dataset.name}`), "compare");
    await writeConfig(folder, "compare", { ...flags, ...engine }, { models, data: dataset.name, seeds, recipe });
  } else {
    folder = openRunFolder(flags.resume, "compare");
  }
  const { lockRun } = await import("../../workspace/run/run-lock.js");
  lockRun(folder.path);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderTable } = await import("../../report/comparison-text.js");
  const runtime = nodeRuntime(engine);
  const progress = new Progress();
  const started = performance.now();
  progress.line(
    `${models.join(" and ")} on ${dataset.name}: ${dataset.train.length} training and ${dataset.test.length} test images, ` +
      `${counted(recipe.epochs, "epoch")}, ${counted(seeds.length, "seed")}`,
  );
  if (resumed === undefined) for (const notice of notices) progress.line(`senet: ${notice}`);
  try {
    const from = resumed?.startedBy ?? commandLine();
    const results = await compareInto(folder, runtime, prepared, { ...flags, command: from }, progress);
    progress.clear();
    process.stdout.write(flags.json ? formatResults(results) : `\n${renderTable(results)}\n`);
    const duration = formatDuration((performance.now() - started) / 1000);
    progress.line(`\nThe report: ${folder.path}/report.html (${duration})`);
  } finally {
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    await runtime.close();
  }
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(flags: CompareFlags, savedRecipe: Recipe | undefined) {
  const { comparedNames, openCompared } = await import("../../workspace/model/open-compared.js");
  const given = comparedNames(flags);
  const seeds = Array.from({ length: wholeNumber("--seeds", flags.seeds, 1) }, (_, i) => i + 1);
  const { openDataFor } = await import("../../workspace/data/open-data-for.js");
  const dataset = await openDataFor(
    given.find((model) => modelSource(model) === "file") ?? given[0]!,
    flags.data,
    openOptionsOf(flags),
  );
  const recipe = savedRecipe ?? (await recipeOf(flags, dataset));
  const { checkRecipe } = await import("../../train/recipe.js");
  checkRecipe(recipe, dataset);
  const { models, notices } = await openCompared(given, flags, dataset, recipe);
  return { models, notices, seeds, dataset, recipe, checkpointEvery: checkpointEveryOf(flags.checkpointEvery) };
}

/** Compares, or goes on comparing, and keeps everything in the run's folder. */
async function compareInto(
  folder: RunFolder,
  runtime: import("../../runtime/runtime.js").Runtime,
  { models, seeds, dataset, recipe, checkpointEvery }: Prepared,
  { command, resume: resumed, tune }: Pick<CompareFlags, "resume" | "tune"> & { readonly command: string },
  progress: Progress,
) {
  const { compare: runComparison } = await import("../../compare/compare.js");
  const { stepsPerEpoch } = await import("../../train/epoch.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { summarise } = await import("../../compare/summarise.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderComparisonReport } = await import("../../report/comparison-page.js");
  const { interruptSignal } = await import("../terminal/interrupt.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const { openTrainingLog } = await import("../../workspace/run/training-log.js");
  const { Clock, liveLine } = await import("../terminal/live-line.js");
  const onNotice = (text: string) => progress.line(`senet: ${text}`);
  const checkpointsOf = ({ model, seed }: Pick<RunId, "model" | "seed">) =>
    folder.checkpoints(`checkpoints/${model}-seed${seed}`);
  const steps = stepsPerEpoch({ dataset, recipe });
  const runs = seeds.flatMap((seed) => models.map(({ name }) => ({ model: name, seed })));
  const found = resumed === undefined ? [] : await findProgress(runs, checkpointsOf);
  if (resumed !== undefined) {
    const lines = found.flatMap(({ run, progress }) => progress.history.map((record) => ({ ...run, ...record })));
    progress.line(`going on with ${folder.path} from run ${Math.max(1, found.length)} of ${runs.length}`);
    await folder.write("metrics.jsonl", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const algorithms = await (resumed === undefined || found.length === 0
    ? tunedChoices(folder, runtime, { graphs: models.map(({ graph }) => graph), recipe, flag: tune }, progress)
    : keptChoices(folder));
  const done = found.reduce((sum, { progress: { epoch, step } }) => sum + epoch - 1 + step / steps, 0);
  const clock = new Clock(runs.length * recipe.epochs, done);
  const signal = interruptSignal("stopping after this step; once more ends at once");
  let log: TrainingLog | undefined;
  const comparison = runComparison({
    runtime,
    models,
    dataset,
    recipe,
    seeds,
    signal,
    onNotice,
    onRun: async (run) => {
      const checkpoints = checkpointsOf(run);
      const resume = resumed === undefined ? undefined : await checkpoints.load(onNotice);
      log = await openTrainingLog(folder, `tensorboard/${run.model}-seed${run.seed}`, steps, resume?.progress);
      return { resume, algorithms, checkpointEvery, onCheckpoint: (checkpoint) => checkpoints.save(checkpoint) };
    },
    onStep: async ({ model, seed, run }, at) => {
      const what = `${model} seed ${seed}  epoch ${at.epoch}/${recipe.epochs}`;
      progress.update(liveLine(clock, run * recipe.epochs + at.epoch - 1 + at.step / at.steps, what, at));
      await log?.step(at);
    },
    onEpoch: async ({ model, seed, run }, record) => {
      progress.line(
        `${model.padEnd(12)} seed ${seed}  epoch ${record.epoch}/${recipe.epochs}  loss ${record.trainLoss.toFixed(3)}  ` +
          `top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${clock.left(run * recipe.epochs + record.epoch)} left`,
      );
      await folder.log("metrics.jsonl", { model, seed, ...record });
      await log?.epoch(record);
    },
    onModel: async ({ model, seed }, { graph, weights }) => {
      const name = `models/${model}-seed${seed}.onnx`;
      await folder.write(name, writeOnnx(graph, weights));
      return name;
    },
    onPhase: (phase) => progress.update(`measuring ${phase}`),
  });
  const measured = await comparison.catch((error: unknown) => {
    if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
    throw error;
  });
  const created = new Date().toISOString();
  const results = summarise({ created, command, environment: environment(), ...measured });
  await folder.write("results.json", formatResults(results));
  await folder.write("report.html", await renderComparisonReport(results));
  return results;
}

/** Where the runs of a comparison stand that were begun. Damaged checkpoints are told about when they are used. */
async function findProgress(
  runs: readonly Pick<RunId, "model" | "seed">[],
  checkpointsOf: (run: Pick<RunId, "model" | "seed">) => ReturnType<RunFolder["checkpoints"]>,
): Promise<{ run: Pick<RunId, "model" | "seed">; progress: RunProgress }[]> {
  const found = [];
  for (const run of runs) {
    const checkpoint = await checkpointsOf(run).load(() => undefined);
    if (checkpoint !== undefined) found.push({ run, progress: checkpoint.progress });
  }
  return found;
}

/** `1 seed`, `3 seeds`. */
function counted(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}
