import { Command, Option } from "commander";
import type { Dataset } from "../../data/dataset.js";
import { type Views, viewCount, viewKinds } from "../../data/views.js";
import { Tally } from "../../evaluate/tally.js";
import type { Runtime } from "../../runtime/runtime.js";
import {
  type Classifier,
  type ClassifierFlags,
  classifierModel,
  classifierOptions,
  openClassifier,
} from "../../workspace/classifier/open-classifier.js";
import { openTestData, type TestFlags } from "../../workspace/data/eval-data.js";
import { dataDescription, dataOptions, reportSkipped } from "../flags/data-options.js";
import { engineOptionsOf, number, under, wholeNumber } from "../flags/options.js";
import { bar, formatDuration, Progress } from "../terminal/progress.js";

/** What `senet eval` is told, as commander parsed it. */
export interface EvalFlags extends ClassifierFlags, TestFlags {
  readonly batch: number;
  readonly tta?: Views;
  readonly threads?: number;
  readonly out?: string;
  readonly report: boolean;
  readonly json?: true;
}

/** What is not the model's to say. */
const testing = ["splitSeed", "onBadImage", "dataWorkers"];

/** `senet eval`: measures a trained model on a dataset's test split. */
export const evaluate = new Command("eval")
  .requiredOption(...classifierModel)
  .requiredOption("--data <spec>", dataDescription)
  .addOption(number("--batch <n>", "images the model takes at a time, views counted", 32))
  .addOption(new Option("--tta <views>", "average the logits of several views of each image").choices(viewKinds))
  .addOption(number("--threads <n>", "threads of the engine (default: all cores)"))
  .option("--out <dir>", "folder for the report (default: a new one in runs/)")
  .option("--no-report", "write nothing")
  .option("--json", "print one JSON document");
for (const option of under("Model:", classifierOptions())) evaluate.addOption(option);
const own = dataOptions().filter((option) => testing.includes(option.attributeName()));
const holdout = number(
  "--holdout <share>",
  "of each class, where image files have no test split (default: all; of what the model was trained on, 0.1)",
);
const limit = number("--test-limit <n>", "use only n test images: the first, of image files evenly spread ones");
for (const option of under("Data:", [holdout, ...own, limit])) evaluate.addOption(option);
evaluate.action(run);

async function run(flags: EvalFlags): Promise<void> {
  const batch = wholeNumber("--batch", flags.batch, 1);
  const { newReport } = await import("./eval-report.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { interruptSignal } = await import("../terminal/interrupt.js");
  const report = await newReport(flags);
  const progress = new Progress();
  const classifier = await openClassifier(flags, (text) => progress.line(`senet: ${text}`));
  const dataset = await openTestData(flags, classifier);
  const signal = interruptSignal("stopping after this batch; once more ends at once"); // fetching a model has its own
  const engine = engineOptionsOf(flags);
  const { isFileSplit } = await import("../../data/node/decode/file-split.js");
  const runtime = nodeRuntime({ ...engine, spin: !isFileSplit(dataset.test) });
  try {
    const found = await measure(runtime, classifier, dataset, { batch, views: flags.tta, signal }, progress);
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    const path = await report({ ...found, classifier, dataset, batch, threads: engine.threads });
    if (path !== undefined) progress.line(`The report: ${path}`);
    if (found.stopped !== undefined) throw found.stopped;
  } finally {
    progress.clear();
    await runtime.close();
  }
}

/** What was measured; `stopped` is the reason where that was not all. */
export interface Measured {
  readonly tally: Tally;
  readonly predictions: Int32Array | undefined;
  readonly seconds: number;
  readonly stopped: unknown;
}

/** Runs the model over the test images, or until Ctrl-C. */
async function measure(
  runtime: Runtime,
  { graph, weights, classes }: Classifier,
  dataset: Dataset,
  { batch, views, signal }: { readonly batch: number; readonly views: Views | undefined; readonly signal: AbortSignal },
  progress: Progress,
): Promise<Measured> {
  const { evaluate: evaluateModel } = await import("../../evaluate/evaluate.js");
  const tally = new Tally(classes.length);
  const all = dataset.test.length;
  let started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const onProgress = (images: number) => {
    if (images === 0) {
      started = performance.now(); // the model is open; how long that took is not the images' time
      return;
    }
    const speed = images / seconds();
    progress.update(
      `${bar(images / all)} ${formatDuration((all - images) / speed)} left  ${images}/${all} images  ` +
        `top-1 ${tally.top1.toFixed(1)} %  ${Math.round(speed)} images/s`,
    );
  };
  try {
    const atATime = Math.max(1, Math.floor(batch / viewCount(views)));
    const options = { runtime, graph, weights, dataset, batch: atATime, views, tally, signal, onProgress };
    const { predictions } = await evaluateModel(options);
    return { tally, predictions, seconds: seconds(), stopped: undefined };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { tally, predictions: undefined, seconds: seconds(), stopped: error };
  }
}
