import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import { workerBound } from "../../files/node/machine.js";
import { formatDuration } from "../../report/format.js";
import { notFiniteError } from "../../runtime/not-finite.js";
import type { ClassifiedPhoto } from "../../workspace/classifier/classify-photos.js";
import { type ClassifierFlags, classifierModel, classifierOf, classifierOptions } from "../flags/classifier-options.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, threadsOption, under } from "../flags/options.js";
import { opening } from "../terminal/follow-hub.js";
import { type AnswerFormat, chartFormat, csvFormat, jsonFormat } from "../terminal/format-answers.js";
import { interruptible } from "../terminal/interrupt.js";
import { Output } from "../terminal/output.js";
import { endWith, outputWidth, readImageFrom } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";
import { visible } from "../terminal/visible.js";

interface ClassifyFlags extends ClassifierFlags {
  readonly top: number;
  readonly json?: true;
  readonly csv?: true;
  readonly batch: number;
  readonly threads?: number;
  readonly dataWorkers?: number;
}

/** `senet classify`: what photos show. */
export const classify = new Command("classify")
  .argument("<photos...>", "image files, folders with images, or - for one on standard input")
  .requiredOption(...classifierModel)
  .addOption(number("--top <n>", "number of classes to show for each photo", bounds.classes, 5))
  .addOption(new Option("--json", "print a JSON object in a line per photo").conflicts("csv"))
  .option("--csv", "print a table with a row per photo and class")
  .addOption(number("--batch <n>", "number of photos that the model takes at a time", bounds.batch, 8))
  .addOption(threadsOption())
  .addOption(number("--data-workers <n>", "threads that decode photos (default: one per core)", workerBound()))
  .action(run);
for (const option of under("Model:", classifierOptions())) classify.addOption(option);
classify.addHelpText("after", "\nPhotos that cannot be read are listed at the end; the exit code is then 1.");

async function run(paths: readonly string[], flags: ClassifyFlags, command: Command): Promise<void> {
  const { top, batch } = flags;
  const { threads } = engineOptionsOf(flags);
  const { listPhotos } = await import("../../workspace/classifier/photo-list.js");
  const { openClassifier } = await import("../../workspace/classifier/open-classifier.js");
  const photos = await listPhotos(await Promise.all(paths.map(photoOf)));
  const { query, options } = classifierOf(flags);
  const workers = flags.dataWorkers ?? Math.min(threads, photos.length);
  const classifier = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    openClassifier(query, { ...options, ...following, threads, workers }),
  );
  try {
    await interruptible("stopping after this batch; once more ends at once", (signal) =>
      printAnswers(classifier.classifyAll(photos, { top, batch, signal }), photos.length, formatOf(flags)),
    );
  } finally {
    await classifier.close();
  }
}

/** A path, or the photo on standard input or in a pipe. */
async function photoOf(path: string) {
  if (path === "-") return { path, bytes: await readImageFrom() };
  const { createReadStream, statSync } = await import("node:fs");
  const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
  return isPipe ? { path, bytes: await readImageFrom(createReadStream(path)) } : path;
}

function formatOf({ json, csv }: ClassifyFlags): AnswerFormat {
  return json ? jsonFormat : csv ? csvFormat : chartFormat(outputWidth());
}

/** Prints what the model says of each photo as it comes, and at the end which photos could not be read. */
async function printAnswers(
  classified: AsyncIterable<ClassifiedPhoto>,
  photos: number,
  format: AnswerFormat,
): Promise<void> {
  const progress = new Progress();
  const unread: ClassifiedPhoto[] = [];
  const broken: string[] = [];
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let done = 0;
  const output = new Output();
  await output.write(format.head);
  try {
    for await (const one of classified) {
      const { path, answers, problem } = one;
      if (one.notFinite) broken.push(path);
      else if (problem !== undefined) unread.push(one);
      progress.clear();
      const text = answers ? format.answers(path, answers) : format.problem(path, problem ?? "");
      if (!(await output.write(text))) break;
      done++;
      const left = formatDuration((seconds() / done) * (photos - done));
      progress.update(`${bar(done / photos)} ${done}/${photos} photos  ${left} left`);
    }
  } finally {
    output.release();
    progress.clear();
    if (photos > 1) progress.line(summary(done, photos, seconds()));
    if (unread.length > 0) {
      endWith(1);
      progress.line(`senet: ${unread.length} of ${done} could not be read:`);
      for (const { path, problem } of unread) progress.line(`  ${visible(path)}: ${visible(problem ?? "")}`);
    }
  }
  if (broken.length > 0) throw notFiniteError(broken.length, done, broken[0]!);
}

function summary(done: number, photos: number, seconds: number): string {
  const count = done === photos ? `${done}` : `${done} of ${photos}`;
  return `${count} photos in ${seconds.toFixed(1)} s (${(done / seconds).toFixed(1)} photos/s)`;
}
