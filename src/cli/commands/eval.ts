import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import { type Views, viewKinds } from "../../data/views.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import { formatDuration } from "../../report/format.js";
import type { FinishedEvaluation } from "../../workspace/evaluation/evaluation-results.js";
import { type ClassifierFlags, classifierModel, classifierOf, classifierOptions } from "../flags/classifier-options.js";
import { dataDescription } from "../flags/data-options.js";
import { refuseIdleForData } from "../flags/idle-flags.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, threadsOption, under } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { type TestDataFlags, testDataOf, testDataOptions } from "../flags/test-data-options.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText } from "../terminal/notice-text.js";
import { commandLine, print } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";
import { visible } from "../terminal/visible.js";

/** What `senet eval` is told, as commander parsed it. */
interface EvalFlags extends ClassifierFlags, TestDataFlags {
  readonly data: string;
  readonly batch: number;
  readonly tta?: Views;
  readonly threads?: number;
  readonly out?: string;
  readonly report: boolean;
  readonly json?: true;
}

/** `senet eval`: measures a trained model on a dataset's test split. */
export const evaluate = new Command("eval")
  .option(...classifierModel)
  .requiredOption("--data <spec>", `the dataset, whose test images are taken: ${dataDescription}`)
  .addOption(
    number(
      "--batch <n>",
      "number of images, views of one counted each, that the model takes at a time",
      bounds.batch,
      32,
    ),
  )
  .addOption(new Option("--tta <views>", "average the logits of several views of each image").choices(viewKinds))
  .addOption(threadsOption())
  .option("--out <dir>", "folder for the report (default: a new one in runs/)")
  .option("--no-report", "print the figures alone, and write no report")
  .option("--json", "print one JSON document");
for (const option of under("Model:", classifierOptions())) evaluate.addOption(option);
for (const option of under("Data:", testDataOptions())) evaluate.addOption(option);
takeModel(evaluate, { example: "runs/x" }).action((_, flags: EvalFlags, command: Command) => run(flags, command));

async function run(flags: EvalFlags, command: Command): Promise<void> {
  const { batch } = flags;
  const { threads } = engineOptionsOf(flags);
  const { checkNewFolder } = await import("../../workspace/run/new-folder.js");
  const { checkOutsideData } = await import("../../data/node/outside-data.js");
  const { findClassifier } = await import("../../workspace/classifier/find-classifier.js");
  const { forModelFile } = await import("../../workspace/model/for-model-file.js");
  const { openTestData } = await import("../../workspace/evaluation/open-test-data.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { isFileSplit } = await import("../../data/decode/file-split.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  if (flags.out !== undefined) await checkNewFolder(flags.out);
  if (flags.report) checkOutsideData(flags.out ?? "runs", flags.data);
  const progress = new Progress();
  const { query, options } = classifierOf(flags);
  const tell = (notice: Parameters<typeof noticeText>[0]) => progress.line(`senet: ${noticeText(notice)}`);
  const classifier = await opening({ models: [query], hub: hubOf(command), tell }, (following) =>
    findClassifier(query, { ...options, ...following }),
  );
  const { data: spec, tta: views } = flags;
  const dataset = await openTestData(spec, query.model, classifier, testDataOf(flags));
  const { channels: _ofModel, ...ofData } = flags; // they are the model's, whatever the data
  refuseIdleForData(ofData, dataset);
  const runtime = forModelFile(nodeRuntime({ threads, spin: !isFileSplit(dataset.test) }), query.model);
  try {
    const subject = { query, classifier, spec, dataset, views, batch, threads, command: commandLine() };
    const measured = await interruptible("stopping after this batch; once more ends at once", (signal) =>
      measure(runtime, subject, signal, progress),
    );
    progress.clear();
    for (const notice of [...(dataset.notices ?? []), ...skippedImages(dataset)]) tell(notice);
    await report({ ...subject, ...measured }, flags, progress);
    if (measured.stopped !== undefined) throw measured.stopped;
  } finally {
    progress.clear();
    await Promise.all([runtime.close(), dataset.close?.()]);
  }
}

type Subject = Omit<FinishedEvaluation, "tally" | "predictions" | "seconds" | "stopped">;

/** Runs the model over the test images, or until Ctrl-C. */
async function measure(
  runtime: import("../../runtime/runtime.js").Runtime,
  { classifier, dataset, batch, views }: Subject,
  signal: AbortSignal,
  progress: Progress,
) {
  const { evaluateClassifier } = await import("../../workspace/evaluation/evaluate-classifier.js");
  const all = dataset.test.length;
  return evaluateClassifier(runtime, classifier, dataset, {
    ...{ batch, views, signal },
    onProgress: (images, seconds, { top1 }) => {
      const speed = images / seconds;
      progress.update(
        `${bar(images / all)} ${formatDuration((all - images) / speed)} left  ${images}/${all} images  ` +
          `top-1 ${top1.toFixed(1)} %  ${Math.round(speed)} images/s`,
      );
    },
  });
}

/** The results with names that a terminal shows and does not obey. */
function named(results: EvaluationResults): EvaluationResults {
  const { data } = results;
  return { ...results, data: { ...data, name: visible(data.name), classes: data.classes.map(visible) } };
}

/** Prints the figures and writes the report, unless there are none. */
async function report(found: FinishedEvaluation, flags: EvalFlags, progress: Progress): Promise<void> {
  if (found.tally.images === 0) return;
  const { evaluationDocument, evaluationResults } = await import("../../workspace/evaluation/evaluation-results.js");
  const { renderScores } = await import("../../report/score-text.js");
  const results = evaluationResults(found);
  const document = evaluationDocument(results, found);
  print(flags.json ? document : `${renderScores(named(results))}\n`);
  if (!flags.report) return;
  const { freshEvaluationPath, writeEvaluation } = await import("../../workspace/evaluation/write-evaluation.js");
  const folder = flags.out ?? freshEvaluationPath(results);
  progress.line(`The report: ${await writeEvaluation(folder, results, document, found.dataset)}`);
}
