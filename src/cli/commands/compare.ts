import { Command } from "commander";
import { bounds } from "../../bounds.js";
import type { ComparisonResults } from "../../compare/results.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { threadBound } from "../../files/node/machine.js";
import { formatDuration, plural } from "../../report/format.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import { modelSource } from "../../workspace/model/model-source.js";
import type { Facts } from "../../workspace/run/describe-training.js";
import type { Run, StartedRun } from "../../workspace/run/open-run.js";
import type { PreparedComparison } from "../../workspace/run/prepare-comparison.js";
import { commandText } from "../flags/command-text.js";
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
import { type TuneFlag, tableOf, tuneOption } from "../flags/tune-option.js";
import { factLines } from "../terminal/fact-lines.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText, tellShortly } from "../terminal/notice-text.js";
import { commandLine, keepsItsResult, print } from "../terminal/print.js";
import { Progress } from "../terminal/progress.js";
import { shownUnfolding } from "../terminal/show-unfolding.js";

interface CompareFlags extends TrainingFlags {
  readonly models: string;
  readonly data: string;
  readonly seeds: number;
  readonly minutes?: number;
  readonly jobs?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly recompute?: true;
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
compare.addOption(minutesOption().helpGroup("Recipe:"));
compare.addOption(number("--seeds <n>", "runs per network, with seeds 1 to n", bounds.seeds, 3).helpGroup("Run:"));
compare.addOption(
  number(
    "--jobs <n>",
    "trainings side by side, which share the threads; results do not depend on it (default: one a thread while networks are small)",
    threadBound(),
  ).helpGroup("Run:"),
);
compare.addOption(recomputeOption().helpGroup("Run:"));
compare.addOption(tuneOption().helpGroup("Run:"));
takeModel(compare, { flag: "--models", several: true }).action((_, flags: CompareFlags, command: Command) =>
  run(flags, command),
);

async function run(given: CompareFlags, command: Command): Promise<void> {
  const resumed = given.resume === undefined ? undefined : await resumedFlags<CompareFlags>(given.resume, command);
  const flags = resumed?.flags ?? (await startingAsConfig(given, command));
  keepsItsResult();
  const progress = new Progress();
  const engine = engineOptionsOf(flags);
  jobsOf(flags, engine.threads); // a mistake is told before anything is opened
  progress.show("reading the data");
  const prepared = await prepare(flags, resumed?.recipe, command, progress).finally(() => progress.clear());
  const { notices, seeds, dataset, recipe } = prepared;
  const models = prepared.models.map(({ name }) => name);
  const { usualJobs } = await import("../../workspace/run/usual-jobs.js");
  const graphs = prepared.models.map(({ graph }) => graph);
  const jobs =
    jobsOf(flags, engine.threads) ??
    usualJobs({ graphs, dataset, recipe, runs: graphs.length * seeds.length, ...engine });
  const run = await openRunOf({ ...flags, ...engine, jobs }, prepared);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { describeRecipe } = await import("../../workspace/run/describe-training.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderTable } = await import("../../report/comparison-text.js");
  const runtime = nodeRuntime(engine);
  const threads = Math.floor(engine.threads / jobs);
  const trainers = jobs === 1 ? [runtime] : Array.from({ length: jobs }, () => nodeRuntime({ threads }));
  for (const notice of dataset.notices ?? []) progress.line(`senet: ${noticeText(notice)}`);
  const started = performance.now();
  progress.line(
    `${models.join(" and ")} on ${dataset.name}: ${dataset.train.length} training and ${dataset.test.length} test images, ` +
      `${plural(recipe.epochs, "epoch")}, ${plural(seeds.length, "seed")}`,
  );
  const beside: Facts = jobs > 1 ? [["jobs", `${jobs} trainings side by side, ${plural(threads, "thread")} each`]] : [];
  for (const line of factLines([...describeRecipe(recipe, dataset), ...beside])) progress.line(line);
  if (resumed === undefined) {
    for (const { model, notice } of notices) progress.line(`senet: ${model}: ${noticeText(notice)}`);
  }
  let steps = 0;
  const onStep = () => {
    steps++;
  };
  try {
    const startedBy = resumed?.startedBy ?? commandLine();
    const results = await compareShown(run, [runtime, trainers], prepared, { ...flags, startedBy, onStep }, progress);
    progress.clear();
    print(flags.json ? formatResults(results) : `\n${renderTable(results)}\n`);
    const duration = formatDuration((performance.now() - started) / 1000);
    progress.line(`\nThe report: ${run.path}/report.html (${duration})`);
    if (!flags.json) for (const line of nextLines(flags, startedBy, results, run.path)) progress.line(line);
  } catch (error) {
    if (steps === 0 && error instanceof UserError) await run.discard?.();
    throw error;
  } finally {
    progress.clear();
    for (const notice of skippedImages(dataset)) progress.line(`senet: ${noticeText(notice)}`);
    await Promise.all([runtime, ...trainers].map((engine) => engine.close()).concat(dataset.close?.() ?? []));
    run.close();
  }
}

/** What is compared, as the command line calls it. */
function modelsOf({ models }: CompareFlags): string[] {
  return models.split(",").map((name) => name.trim());
}

/** Three commands to go on with: a look at its mistakes, photos of one's own, and a surer answer. */
function nextLines(flags: CompareFlags, startedBy: string, { models }: ComparisonResults, path: string): string[] {
  const { runs } = models.at(-1)!;
  const last = modelsOf(flags).at(-1)!;
  const file = `${path}/${runs[0]!.model}`;
  const more = 2 * flags.seeds;
  const again = startedBy.replace(/ --(seeds|out)[ =]('[^']*'|\S+)/g, "");
  const beside = flags.out === undefined ? "" : ` --out ${path}-${more}-seeds`;
  return [
    "Try next: the mistakes of a trained network, your photos, twice the seeds",
    `  ${commandText(["eval", "--model", file, "--data", flags.data])}`,
    `  ${commandText(["train", "--model", modelSource(last) === "file" ? file : last, "--data", "folder:DIR"])}`,
    `  ${again} --seeds ${more}${beside}`,
  ];
}

/** How many trainings run side by side, where that is said. @throws UserError for more than there are threads. */
function jobsOf({ jobs }: CompareFlags, threads: number): number | undefined {
  if (jobs === undefined) return undefined;
  if (jobs <= threads) return jobs;
  throw new UserError(`--jobs: got ${jobs}; expected at most ${threads}, a thread for each (--threads)`);
}

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(
  flags: CompareFlags,
  savedRecipe: Recipe | undefined,
  command: Command,
  progress: Progress,
): Promise<PreparedComparison> {
  const { prepareComparison } = await import("../../workspace/run/prepare-comparison.js");
  const models = modelsOf(flags);
  const seeds = Array.from({ length: flags.seeds }, (_, i) => i + 1);
  const request = {
    ...{ models, data: flags.data, dataOptions: openOptionsOf(flags), seeds, network: networkOf(flags) },
    recipe: (situation: Situation, dataset: Dataset) => savedRecipe ?? effectiveRecipeOf(flags, situation, dataset),
    statistics: givenStatisticsOf(flags),
    recompute: flags.recompute,
    unfold: flags.unfoldBn && shownUnfolding(engineOptionsOf(flags), progress),
    // A comparison that goes on has its epochs.
    budget: savedRecipe === undefined ? budgetOf(flags, progress) : undefined,
  };
  checkpointEveryOf(flags.checkpointEvery); // a mistake is told before anything is opened
  const queries = models.map((model) => ({ model }));
  const tell = (notice: Parameters<typeof tellShortly>[0]) => {
    progress.clear();
    tellShortly(notice);
  };
  return opening({ models: queries, hub: hubOf(command), tell }, (following) =>
    prepareComparison({ ...request, ...following }),
  );
}

/** The folder of the comparison, with its configuration. */
async function openRunOf(
  flags: CompareFlags,
  { models, dataset, seeds, recipe }: PreparedComparison,
): Promise<Run & Partial<StartedRun>> {
  const { freshRunPath } = await import("../../workspace/run/run-folder.js");
  const { openRun, startRun } = await import("../../workspace/run/open-run.js");
  const path = flags.resume ?? flags.out ?? freshRunPath(`compare-${dataset.name}`);
  const goOn = `senet compare --resume ${path}`;
  if (flags.resume !== undefined) return openRun(path, { goOn });
  const config = { kind: "compare", command: commandLine(), flags: keptFlags(flags) };
  const names = models.map(({ name }) => name);
  return startRun(path, {
    goOn,
    data: flags.data,
    config,
    facts: { models: names, data: dataset.name, seeds, recipe },
  });
}

/** Compares, or goes on comparing, with what happens on the terminal. */
async function compareShown(
  folder: Run,
  [runtime, trainers]: readonly [measuring: Runtime, trainers: readonly Runtime[]],
  prepared: PreparedComparison,
  {
    startedBy,
    onStep,
    resume: resumed,
    tune,
    ...flags
  }: CompareFlags & { readonly startedBy: string; readonly onStep: () => void },
  progress: Progress,
): Promise<ComparisonResults> {
  const { compareInFolder, comparisonProgress } = await import("../../workspace/run/compare-in-folder.js");
  const { chooseAlgorithms } = await import("../../workspace/run/choose-algorithms.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { measuring } = await import("../terminal/measure-algorithms.js");
  const { comparisonEvents } = await import("../terminal/follow-comparison.js");
  const resume = resumed === undefined ? undefined : await comparisonProgress(folder, prepared);
  const begun = resume?.begun.length ?? 0;
  if (resume !== undefined) progress.line(`going on with ${folder.path}: ${begun} of ${resume.runs} runs were begun`);
  const drafts = prepared.models.map(({ draft }) => draft);
  const toTune = begun === 0 && tune !== undefined && { drafts, table: tableOf(tune) };
  const algorithms = toTune
    ? await measuring(progress, (events) => chooseAlgorithms(folder, runtime, toTune, events))
    : undefined;
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  return interruptible("stopping after this step; once more ends at once", async (signal) =>
    compareInFolder(runtime, folder, prepared, {
      ...{ command: startedBy, trainers, resume, algorithms, recompute: flags.recompute, checkpointEvery, signal },
      ...(await comparisonEvents(prepared, resume?.epochs ?? 0, onStep, progress)),
    }).catch((error: unknown) => {
      if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
      throw error;
    }),
  );
}
