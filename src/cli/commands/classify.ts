import { Command, Option } from "commander";
import {
  type ClassifierFlags,
  classifierModel,
  classifierOptions,
  openClassifier,
} from "../../workspace/classifier/open-classifier.js";
import { listPhotos, type Photo } from "../../workspace/classifier/photo-list.js";
import { engineOptionsOf, number, under, wholeNumber } from "../flags/options.js";
import { type AnswerFormat, chartFormat, csvFormat, jsonFormat } from "../terminal/format-answers.js";
import { interruptSignal } from "../terminal/interrupt.js";
import { Output } from "../terminal/output.js";
import { bar, formatDuration, Progress } from "../terminal/progress.js";
import { type Classified, classifyPhotos } from "./classify-photos.js";

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
  .addOption(number("--top <n>", "classes per photo", 5))
  .addOption(new Option("--json", "print a JSON object in a line per photo").conflicts("csv"))
  .option("--csv", "print a table with a row per photo and class")
  .addOption(number("--batch <n>", "photos that the model takes at a time", 8))
  .addOption(number("--threads <n>", "threads of the engine (default: all cores)"))
  .addOption(number("--data-workers <n>", "threads that decode photos (default: one per core)"))
  .action(run);
for (const option of under("Model:", classifierOptions())) classify.addOption(option);
classify.addHelpText("after", "\nPhotos that cannot be read are listed at the end; the exit code is then 1.");

async function run(paths: readonly string[], flags: ClassifyFlags): Promise<void> {
  wholeNumber("--top", flags.top, 1);
  wholeNumber("--batch", flags.batch, 1);
  if (flags.dataWorkers !== undefined) wholeNumber("--data-workers", flags.dataWorkers, 1);
  const engine = engineOptionsOf(flags);
  const photos = await listPhotos(paths);
  const classifier = await openClassifier(flags);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { DecodePool } = await import("../../data/node/decode/decode-pool.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const runtime = nodeRuntime(engine);
  const pool = new DecodePool(flags.dataWorkers ?? Math.min(engine.threads, photos.length));
  try {
    const session = await runtime.open(writeOnnx(classifier.graph, classifier.weights));
    await printAnswers(photos, classifyPhotos(photos, classifier, session, pool, flags), formatOf(flags));
  } finally {
    await Promise.all([runtime.close(), pool.close()]);
  }
}

function formatOf({ json, csv }: ClassifyFlags): AnswerFormat {
  return json ? jsonFormat : csv ? csvFormat : chartFormat(process.stdout.columns ?? 80);
}

/** Prints what the model says of each photo as it comes, and at the end which photos could not be read. */
async function printAnswers(
  photos: readonly Photo[],
  classified: AsyncIterable<Classified>,
  format: AnswerFormat,
): Promise<void> {
  const progress = new Progress();
  const signal = interruptSignal("stopping after this batch; once more ends at once");
  const unread: Classified[] = [];
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let done = 0;
  const output = new Output();
  await output.write(format.head);
  try {
    for await (const one of classified) {
      const { path, answers, problem } = one;
      if (problem !== undefined) unread.push(one);
      progress.clear();
      const text = answers ? format.answers(path, answers) : format.problem(path, problem ?? "");
      if (!(await output.write(text))) break;
      done++;
      const left = formatDuration((seconds() / done) * (photos.length - done));
      progress.update(`${bar(done / photos.length)} ${done}/${photos.length} photos  ${left} left`);
      signal.throwIfAborted();
    }
  } finally {
    progress.clear();
    if (photos.length > 1) progress.line(summary(done, photos.length, seconds()));
    if (unread.length > 0) {
      process.exitCode = 1;
      progress.line(`senet: ${unread.length} of ${done} could not be read:`);
      for (const { path, problem } of unread) progress.line(`  ${path}: ${problem}`);
    }
  }
}

function summary(done: number, photos: number, seconds: number): string {
  const count = done === photos ? `${done}` : `${done} of ${photos}`;
  return `${count} photos in ${seconds.toFixed(1)} s (${(done / seconds).toFixed(1)} photos/s)`;
}
