import { Command } from "commander";
import type { ComparisonResults } from "../../compare/results.js";
import type { Dataset } from "../../data/dataset.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import type { CompareInFolderOptions } from "../../workspace/run/compare-in-folder.js";
import type { Run } from "../../workspace/run/open-run.js";
import type { PreparedComparison } from "../../workspace/run/prepare-comparison.js";
import { openOptionsOf } from "../flags/data-options.js";
import { effectiveRecipeOf } from "../flags/idle-flags.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number, wholeNumber } from "../flags/number-option.js";
import { checkpointEveryOf, engineOptionsOf, type TrainingFlags, trainingOptions } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { givenStatisticsOf } from "../flags/preprocessing-options.js";
import { keptFlags, resumedFlags } from "../flags/resumed-flags.js";
import { type TuneFlag, tableOf, tuneOption } from "../flags/tune-option.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText, tellShortly } from "../terminal/notice-text.js";
import { commandLine, print } from "../terminal/print.js";
import { formatDuration, Progress } from "../terminal/progress.js";
import { shownUnfolding } from "../terminal/show-unfolding.js";

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
takeModel(compare, { flag: "--models", several: true }).action((_, flags: CompareFlags, command: Command) =>
  run(flags, command),
);

async function run(given: CompareFlags, command: Command): Promise<void> {
  const resumed = given.resume === undefined ? undefined : await resumedFlags<CompareFlags>(given.resume, command);
  const flags = resumed?.flags ?? given;
  const progress = new Progress();
  const engine = engineOptionsOf(flags);
  const prepared = await prepare(flags, resumed?.recipe, command, progress);
  const { notices, seeds, dataset, recipe } = prepared;
  const models = prepared.models.map(({ name }) => name);
  const run = await openRunOf({ ...flags, ...engine }, prepared);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderTable } = await import("../../report/comparison-text.js");
  const runtime = nodeRuntime(engine);
  const started = performance.now();
  progress.line(
    `${models.join(" and ")} on ${dataset.name}: ${dataset.train.length} training and ${dataset.test.length} test images, ` +
      `${counted(recipe.epochs, "epoch")}, ${counted(seeds.length, "seed")}`,
  );
  if (resumed === undefined) {
    for (const { model, notice } of notices) progress.line(`senet: ${model}: ${noticeText(notice)}`);
  }
  try {
    const startedBy = resumed?.startedBy ?? commandLine();
    const results = await compareShown(run, runtime, prepared, { ...flags, startedBy }, progress);
    progress.clear();
    print(flags.json ? formatResults(results) : `\n${renderTable(results)}\n`);
    const duration = formatDuration((performance.now() - started) / 1000);
    progress.line(`\nThe report: ${run.path}/report.html (${duration})`);
  } finally {
    progress.clear();
    for (const notice of skippedImages(dataset)) progress.line(`senet: ${noticeText(notice)}`);
    await Promise.all([runtime.close(), dataset.close?.()]);
    run.close();
  }
}

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(
  flags: CompareFlags,
  savedRecipe: Recipe | undefined,
  command: Command,
  progress: Progress,
): Promise<PreparedComparison> {
  const { prepareComparison } = await import("../../workspace/run/prepare-comparison.js");
  const models = flags.models.split(",").map((name) => name.trim());
  const seeds = Array.from({ length: wholeNumber("--seeds", flags.seeds, 1) }, (_, i) => i + 1);
  const request = {
    ...{ models, data: flags.data, dataOptions: openOptionsOf(flags), seeds, network: networkOf(flags) },
    recipe: (situation: Situation, dataset: Dataset) => savedRecipe ?? effectiveRecipeOf(flags, situation, dataset),
    statistics: givenStatisticsOf(flags),
    unfold: flags.unfoldBn && shownUnfolding(engineOptionsOf(flags), progress),
  };
  checkpointEveryOf(flags.checkpointEvery); // a mistake is told before anything is opened
  const queries = models.map((model) => ({ model }));
  return opening({ models: queries, hub: hubOf(command), tell: tellShortly }, (following) =>
    prepareComparison({ ...request, ...following }),
  );
}

/** The folder of the comparison, with its configuration. */
async function openRunOf(flags: CompareFlags, { models, dataset, seeds, recipe }: PreparedComparison): Promise<Run> {
  const { freshRunPath } = await import("../../workspace/run/run-folder.js");
  const { openRun, startRun } = await import("../../workspace/run/open-run.js");
  const path = flags.resume ?? flags.out ?? freshRunPath(`compare-${dataset.name}`);
  const goOn = `senet compare --resume ${path}`;
  if (flags.resume !== undefined) return openRun(path, { goOn });
  const config = { kind: "compare", command: commandLine(), flags: keptFlags(flags) };
  const names = models.map(({ name }) => name);
  return startRun(path, { goOn, config, facts: { models: names, data: dataset.name, seeds, recipe } });
}

/** Compares, or goes on comparing, with what happens on the terminal. */
async function compareShown(
  folder: Run,
  runtime: Runtime,
  prepared: PreparedComparison,
  { startedBy, resume: resumed, tune, ...flags }: CompareFlags & { readonly startedBy: string },
  progress: Progress,
): Promise<ComparisonResults> {
  const { compareInFolder, comparisonProgress } = await import("../../workspace/run/compare-in-folder.js");
  const { chooseAlgorithms } = await import("../../workspace/run/choose-algorithms.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { measuring } = await import("../terminal/measure-algorithms.js");
  const { Clock, liveLine } = await import("../terminal/live-line.js");
  const { models, seeds, recipe } = prepared;
  const { epochs } = recipe;
  const resume = resumed === undefined ? undefined : await comparisonProgress(folder, prepared);
  const begun = resume?.begun.length ?? 0;
  if (resume !== undefined) {
    progress.line(`going on with ${folder.path} from run ${Math.max(1, begun)} of ${resume.runs}`);
  }
  const drafts = models.map(({ draft }) => draft);
  const toTune = begun === 0 && tune !== undefined && { drafts, table: tableOf(tune) };
  const algorithms = toTune
    ? await measuring(progress, (events) => chooseAlgorithms(folder, runtime, toTune, events))
    : undefined;
  const clock = new Clock(models.length * seeds.length * epochs, resume?.epochs);
  const events: Omit<CompareInFolderOptions, "command"> = {
    onNotice: (notice) => progress.line(`senet: ${noticeText(notice)}`),
    onStep: ({ model, seed, run }, at) => {
      const what = `${model} seed ${seed}  epoch ${at.epoch}/${epochs}`;
      progress.update(liveLine(clock, run * epochs + at.epoch - 1 + at.step / at.steps, what, at));
    },
    onEpoch: ({ model, seed, run }, record) =>
      progress.line(
        `${model.padEnd(12)} seed ${seed}  epoch ${record.epoch}/${epochs}  loss ${record.trainLoss.toFixed(3)}  ` +
          `top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${clock.left(run * epochs + record.epoch)} left`,
      ),
    onPhase: (phase) => progress.update(`measuring ${phase}`),
  };
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  return interruptible("stopping after this step; once more ends at once", (signal) =>
    compareInFolder(runtime, folder, prepared, {
      ...{ command: startedBy, resume, algorithms, checkpointEvery, signal },
      ...events,
    }).catch((error: unknown) => {
      if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
      throw error;
    }),
  );
}

/** `1 seed`, `3 seeds`. */
function counted(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}
