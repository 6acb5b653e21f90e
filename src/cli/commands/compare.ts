import { Command } from "commander";
import { bounds } from "../../bounds.js";
import type { ComparisonResults } from "../../compare/results.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { formatDuration, plural } from "../../report/format.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import type { CompareInFolderOptions, ModelRun } from "../../workspace/run/compare-in-folder.js";
import type { Run, StartedRun } from "../../workspace/run/open-run.js";
import type { PreparedComparison } from "../../workspace/run/prepare-comparison.js";
import { openOptionsOf } from "../flags/data-options.js";
import { effectiveRecipeOf } from "../flags/idle-flags.js";
import { budgetOf, minutesOption } from "../flags/minutes-option.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
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
compare.addOption(recomputeOption().helpGroup("Run:"));
compare.addOption(tuneOption().helpGroup("Run:"));
takeModel(compare, { flag: "--models", several: true }).action((_, flags: CompareFlags, command: Command) =>
  run(flags, command),
);

async function run(given: CompareFlags, command: Command): Promise<void> {
  const resumed = given.resume === undefined ? undefined : await resumedFlags<CompareFlags>(given.resume, command);
  const flags = resumed?.flags ?? given;
  keepsItsResult();
  const progress = new Progress();
  const engine = engineOptionsOf(flags);
  progress.show("reading the data");
  const prepared = await prepare(flags, resumed?.recipe, command, progress).finally(() => progress.clear());
  const { notices, seeds, dataset, recipe } = prepared;
  const models = prepared.models.map(({ name }) => name);
  const run = await openRunOf({ ...flags, ...engine }, prepared);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { describeRecipe } = await import("../../workspace/run/describe-training.js");
  const { formatResults } = await import("../../compare/results-file.js");
  const { renderTable } = await import("../../report/comparison-text.js");
  const runtime = nodeRuntime(engine);
  const started = performance.now();
  progress.line(
    `${models.join(" and ")} on ${dataset.name}: ${dataset.train.length} training and ${dataset.test.length} test images, ` +
      `${plural(recipe.epochs, "epoch")}, ${plural(seeds.length, "seed")}`,
  );
  for (const line of factLines(describeRecipe(recipe, dataset))) progress.line(line);
  if (resumed === undefined) {
    for (const { model, notice } of notices) progress.line(`senet: ${model}: ${noticeText(notice)}`);
  }
  let steps = 0;
  const onStep = () => {
    steps++;
  };
  try {
    const startedBy = resumed?.startedBy ?? commandLine();
    const results = await compareShown(run, runtime, prepared, { ...flags, startedBy, onStep }, progress);
    progress.clear();
    print(flags.json ? formatResults(results) : `\n${renderTable(results)}\n`);
    const duration = formatDuration((performance.now() - started) / 1000);
    progress.line(`\nThe report: ${run.path}/report.html (${duration})`);
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

/** Opens what the flags name and checks it, before anything is written. */
async function prepare(
  flags: CompareFlags,
  savedRecipe: Recipe | undefined,
  command: Command,
  progress: Progress,
): Promise<PreparedComparison> {
  const { prepareComparison } = await import("../../workspace/run/prepare-comparison.js");
  const models = flags.models.split(",").map((name) => name.trim());
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
  runtime: Runtime,
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
  const { models, seeds } = prepared;
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
  const checkpointEvery = checkpointEveryOf(flags.checkpointEvery);
  return interruptible("stopping after this step; once more ends at once", async (signal) =>
    compareInFolder(runtime, folder, prepared, {
      ...{ command: startedBy, resume, algorithms, recompute: flags.recompute, checkpointEvery, signal },
      ...(await comparisonEvents(prepared, seeds.length * models.length, resume?.epochs ?? 0, onStep, progress)),
    }).catch((error: unknown) => {
      if (signal.aborted) progress.line(`saved; go on with: ${folder.goOn}`);
      throw error;
    }),
  );
}

/** What happens in a comparison, on the terminal: with the time that is left, tests and measurements counted. */
async function comparisonEvents(
  { models, dataset, recipe }: PreparedComparison,
  runs: number,
  epochsDone: number,
  onStep: () => void,
  progress: Progress,
): Promise<Omit<CompareInFolderOptions, "command">> {
  const { timedImages } = await import("../../compare/compare.js");
  const { findGates } = await import("../../explain/find-gates.js");
  const { workOf } = await import("../../train/work.js");
  const { Clock } = await import("../terminal/clock.js");
  const { liveLine, testingPart, trainingPart } = await import("../terminal/live-line.js");
  const { epochs } = recipe;
  const images = dataset.test.length;
  const gated = models.filter(({ graph }) => findGates(graph).some(({ kind }) => kind === "channel")).length;
  const measured = (runs / models.length) * gated * images + models.length * timedImages;
  const all = workOf({ dataset, recipe }, runs * epochs);
  const clock = new Clock({ ...all, tested: all.tested + measured }, workOf({ dataset, recipe }, epochsDone));
  const place = ({ model, seed }: ModelRun) => `${model} seed ${seed}`;
  const showing = (first: boolean, ...parts: readonly string[]) => {
    if (first) progress.show(liveLine(clock, ...parts));
    else progress.update(liveLine(clock, ...parts));
  };
  let tested = 0;
  return {
    onNotice: (notice) => progress.line(`senet: ${noticeText(notice)}`),
    onRun: (run) => {
      clock.reach(workOf({ dataset, recipe }, run.run * epochs));
      clock.pause();
      showing(true, place(run), "compiling the step");
    },
    onStep: (run, at) => {
      onStep();
      clock.did("trained", recipe.batch);
      showing(false, place(run), `epoch ${at.epoch}/${epochs}`, trainingPart(at));
    },
    onTest: (run, epoch, done) => {
      clock.did("tested", done === 0 ? 0 : done - tested);
      tested = done;
      showing(done === 0, place(run), `epoch ${epoch}/${epochs}`, testingPart(done, images));
    },
    onEpoch: (run, record) =>
      progress.line(
        `${run.model.padEnd(12)} seed ${run.seed}  epoch ${record.epoch}/${epochs}  loss ${record.trainLoss.toFixed(3)}  ` +
          `test top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${clock.left} left`,
      ),
    onMeasure: ({ what, model, images }) => {
      clock.did("tested", images);
      showing(images === 0, `measuring ${model}: ${what}`);
    },
  };
}
