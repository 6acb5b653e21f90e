import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import type { Share } from "../../data/split.js";
import { type Views, viewKinds } from "../../data/views.js";
import { UserError } from "../../errors.js";
import type { ImageScore } from "../../evaluate/scores.js";
import type { Communicator } from "../../parallel/communicator.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import { formatDuration } from "../../report/format.js";
import type { FinishedEvaluation } from "../../workspace/evaluation/evaluation-results.js";
import { type ClassifierFlags, classifierModel, classifierOf, classifierOptions } from "../flags/classifier-options.js";
import { dataDescription } from "../flags/data-options.js";
import { refuseIdleForData } from "../flags/idle-flags.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { threadsOption, under } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { type TestDataFlags, testDataOf, testDataOptions } from "../flags/test-data-options.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText } from "../terminal/notice-text.js";
import { commandLine, print } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";
import { joinRanks } from "../terminal/ranks.js";
import { visible } from "../terminal/visible.js";

/** What `senet eval` is told, as commander parsed it. */
interface EvalFlags extends ClassifierFlags, TestDataFlags {
  readonly data?: string;
  readonly batch: number;
  readonly tta?: Views;
  readonly threads?: number;
  readonly out?: string;
  readonly report: boolean;
  readonly json?: true;
  readonly shard?: Share;
  readonly merge?: readonly string[];
}

/** `senet eval`: measures a trained model on a dataset's test split. */
export const evaluate = new Command("eval")
  .option(...classifierModel)
  .option("--data <spec>", `the dataset, whose test images are taken: ${dataDescription}`)
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
  .addOption(
    new Option("--shard <i/n>", "evaluate the i-th of n parts of the images alone, and keep it in --out").argParser(
      parseShard,
    ),
  )
  .option("--merge <folders...>", "put the parts of an evaluation together, as if it had been one; takes no model")
  .option("--json", "print one JSON document");
for (const option of under("Model:", classifierOptions())) evaluate.addOption(option);
for (const option of under("Data:", testDataOptions())) evaluate.addOption(option);
takeModel(evaluate, { example: "runs/x", unless: "merge" }).action((_, flags: EvalFlags, command: Command) =>
  run(flags, command),
);

/** The share of `--shard 3/8`. @throws UserError when the text is anything else. */
function parseShard(text: string): Share {
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [number, size] = [Number(i), Number(n)];
  if (number >= 1 && number <= size && bounds.shards.holds(size)) return { rank: number - 1, size };
  throw new UserError(`--shard: got ${text}; expected a part of all, such as 3/8`);
}

async function run(flags: EvalFlags, command: Command): Promise<void> {
  if (flags.merge !== undefined) return merge(flags.merge, flags);
  const { batch, shard } = flags;
  if (flags.data === undefined) throw new UserError("--data: got nothing; expected --data <spec>");
  if (shard !== undefined && flags.out === undefined) {
    throw new UserError("--shard: got no --out; expected a folder for the part, such as --out part1");
  }
  const ranks = await joinRanks();
  if (shard !== undefined && ranks.size > 1) {
    throw new UserError(
      `--shard: got it for ${ranks.size} ranks of an MPI job, which share the images anyway; leave it out`,
    );
  }
  const { coresOfRank } = await import("../../parallel/node/cores-of-rank.js");
  const { threads = await coresOfRank(ranks) } = flags;
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
    const scores: ImageScore[] = [];
    const subject = { query, classifier, spec, dataset, views, batch, threads, command: commandLine() };
    const measured = await interruptible("stopping after this batch; once more ends at once", (signal) =>
      measure(runtime, subject, { signal, ranks, share: shard, scores }, progress),
    );
    progress.clear();
    for (const notice of [...(dataset.notices ?? []), ...skippedImages(dataset)]) tell(notice);
    const found = { ...subject, ...measured };
    if (shard !== undefined) await reportPart(found, { share: shard, scores }, flags.out!, progress);
    else if (ranks.rank === 0) await report(found, flags, progress);
    if (measured.stopped !== undefined) throw measured.stopped;
  } finally {
    progress.clear();
    await Promise.all([runtime.close(), dataset.close?.()]);
  }
}

/** How an evaluation is shared, and where the scores of a part are kept. */
interface Together {
  readonly signal: AbortSignal;
  readonly ranks: Communicator;
  readonly share: Share | undefined;
  readonly scores: ImageScore[];
}

type Subject = Omit<FinishedEvaluation, "tally" | "predictions" | "seconds" | "stopped">;

/** Runs the model over the test images, or until Ctrl-C. */
async function measure(
  runtime: import("../../runtime/runtime.js").Runtime,
  { classifier, dataset, batch, views }: Subject,
  { signal, ranks, share, scores }: Together,
  progress: Progress,
) {
  const { evaluateClassifier } = await import("../../workspace/evaluation/evaluate-classifier.js");
  const all = Math.ceil(dataset.test.length / (share?.size ?? 1));
  return evaluateClassifier(runtime, classifier, dataset, {
    ...{ batch, views, signal, ranks, share },
    ...(share && { onScore: (score) => scores.push(score) }),
    onProgress: (own, seconds, { top1 }) => {
      const images = Math.min(all, own * ranks.size);
      const speed = images / seconds;
      progress.update(
        `${bar(images / all)} ${formatDuration((all - images) / speed)} left  ${images}/${all} images  ` +
          `top-1 ${top1.toFixed(1)} %  ${Math.round(speed)} images/s`,
      );
    },
  });
}

/** Writes what was found of a part. */
async function reportPart(
  found: FinishedEvaluation,
  part: Pick<Together, "scores"> & { readonly share: Share },
  folder: string,
  progress: Progress,
): Promise<void> {
  const { evaluationResults } = await import("../../workspace/evaluation/evaluation-results.js");
  const { writeEvaluationPart } = await import("../../workspace/evaluation/evaluation-part.js");
  await writeEvaluationPart(folder, found, evaluationResults(found), part);
  const { rank, size } = part.share;
  progress.line(`Part ${rank + 1} of ${size}: ${folder}; all parts together: senet eval --merge FOLDERS --out whole`);
}

/** Puts parts together, and prints and writes what came of it. */
async function merge(folders: readonly string[], flags: EvalFlags): Promise<void> {
  const { checkNewFolder } = await import("../../workspace/run/new-folder.js");
  const { mergeEvaluations } = await import("../../workspace/evaluation/evaluation-part.js");
  const { evaluationDocument } = await import("../../workspace/evaluation/evaluation-results.js");
  const { writeReport } = await import("../../workspace/evaluation/write-evaluation.js");
  if (flags.out !== undefined) await checkNewFolder(flags.out);
  const { results, ...facts } = await mergeEvaluations(folders, commandLine());
  const document = evaluationDocument(results, facts);
  await printResults(results, document, flags);
  if (!flags.report) return;
  const { freshEvaluationPath } = await import("../../workspace/evaluation/write-evaluation.js");
  new Progress().line(`The report: ${await writeReport(flags.out ?? freshEvaluationPath(results), results, document)}`);
}

async function printResults(results: EvaluationResults, document: string, { json }: EvalFlags): Promise<void> {
  const { renderScores } = await import("../../report/score-text.js");
  print(json ? document : `${renderScores(named(results))}\n`);
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
  const results = evaluationResults(found);
  const document = evaluationDocument(results, found);
  await printResults(results, document, flags);
  if (!flags.report) return;
  const { freshEvaluationPath, writeEvaluation } = await import("../../workspace/evaluation/write-evaluation.js");
  const folder = flags.out ?? freshEvaluationPath(results);
  progress.line(`The report: ${await writeEvaluation(folder, results, document, found.dataset)}`);
}
