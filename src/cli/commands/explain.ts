import { Command } from "commander";
import { bounds, wholes } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { formatDuration } from "../../report/format.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { FinishedExplanation } from "../../workspace/explanation/explanation-results.js";
import { type ClassifierFlags, classifierModel, classifierOf, classifierOptions } from "../flags/classifier-options.js";
import { dataDescription } from "../flags/data-options.js";
import { refuseIdleForData } from "../flags/idle-flags.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, threadsOption, under } from "../flags/options.js";
import { type TestDataFlags, testDataOf, testDataOptions } from "../flags/test-data-options.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText } from "../terminal/notice-text.js";
import { commandLine, print } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";

/** What `senet explain` is told, as commander parsed it. */
interface ExplainFlags extends Omit<ClassifierFlags, "classes">, TestDataFlags {
  readonly data?: string;
  readonly classes?: string;
  readonly perClass?: number;
  readonly switchImages: number;
  readonly batch: number;
  readonly threads?: number;
  readonly out: string;
  readonly json?: true;
}

/** `senet explain`: what the gates of a model do. */
export const explain = new Command("explain")
  .requiredOption(...classifierModel)
  .requiredOption("--data <spec>", `the dataset, whose test images are looked at: ${dataDescription}`)
  .requiredOption("--out <dir>", "new folder for the page, its figures and all numbers")
  .option(
    "--classes <names>",
    "classes that are shown one by one, with commas between (default: all of ten, else five)",
  )
  .addOption(number("--per-class <n>", "number of images of each class to look at (default: all)", bounds.images))
  .addOption(
    number(
      "--switch-images <n>",
      "number of images on which gates are switched off, block by block; 0 leaves that out",
      wholes(0, 1_000_000),
      500,
    ),
  )
  .addOption(number("--batch <n>", "number of images that the model takes at a time", bounds.batch, 32))
  .addOption(threadsOption())
  .option("--json", "print one JSON document")
  .action(run);
const model = classifierOptions().filter((option) => option.attributeName() !== "classes");
for (const option of under("Model:", model)) explain.addOption(option);
for (const option of under("Data:", testDataOptions())) explain.addOption(option);

async function run(flags: ExplainFlags, command: Command): Promise<void> {
  const { batch, out, data: spec } = flags;
  const { threads } = engineOptionsOf(flags);
  const { checkNewFolder } = await import("../../workspace/run/new-folder.js");
  const { checkOutsideData } = await import("../../data/node/outside-data.js");
  const { openToExplain } = await import("../../workspace/explanation/explain-model.js");
  const { openTestData } = await import("../../workspace/evaluation/open-test-data.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const { isFileSplit } = await import("../../data/decode/file-split.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  await checkNewFolder(out);
  checkOutsideData(out, spec!);
  const progress = new Progress();
  const { classes: _, ...classifying } = flags;
  const { query, options } = classifierOf(classifying);
  const tell = (notice: Parameters<typeof noticeText>[0]) => progress.line(`senet: ${noticeText(notice)}`);
  const opened = await opening({ models: [query], hub: hubOf(command), tell }, (following) =>
    openToExplain(query, { ...options, ...following }),
  );
  const dataset = await openTestData(spec!, query.model, opened, testDataOf(flags));
  const { channels: _ofModel, ...ofData } = flags; // they are the model's, whatever the data
  refuseIdleForData(ofData, dataset);
  const runtime = nodeRuntime({ threads, spin: !isFileSplit(dataset.test) });
  try {
    const subject = { query, opened, spec: spec!, dataset, batch, threads, command: commandLine() };
    const explained = await interruptible("stopping after this batch; once more ends at once", (signal) =>
      look(runtime, subject, flags, signal, progress),
    );
    progress.clear();
    for (const notice of [...(dataset.notices ?? []), ...skippedImages(dataset)]) tell(notice);
    await report({ ...subject, ...explained }, flags, progress);
  } finally {
    progress.clear();
    await Promise.all([runtime.close(), dataset.close?.()]);
  }
}

type Subject = Omit<FinishedExplanation, "gates" | "switched" | "split" | "seconds">;

async function look(
  runtime: Runtime,
  { opened, dataset, batch }: Subject,
  { classes, perClass, switchImages }: ExplainFlags,
  signal: AbortSignal,
  progress: Progress,
) {
  const { explainModel } = await import("../../workspace/explanation/explain-model.js");
  const words = { gates: "looking at gates", switching: "switching gates off" };
  return explainModel(runtime, opened, dataset, {
    classes: classes === undefined ? undefined : listOf(classes),
    ...{ perClass, switchImages, batch, signal },
    onShare: (part, share, seconds) => {
      const left = share > 0 ? `  ${formatDuration((seconds / share) * (1 - share))} left` : "";
      progress.update(`${bar(share)} ${words[part]}${left}`);
    },
  });
}

/** @throws UserError for an empty name. */
function listOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new UserError(`--classes: got "${text}"; expected names or numbers with commas between, such as goldfish,pug`);
}

/** Writes the page and prints what it says. */
async function report(found: FinishedExplanation, flags: ExplainFlags, progress: Progress): Promise<void> {
  const { explanationDocument, explanationResults } = await import(
    "../../workspace/explanation/explanation-results.js"
  );
  const { writeExplanation } = await import("../../workspace/explanation/write-explanation.js");
  const { renderExplained } = await import("../../report/explanation-text.js");
  const results = explanationResults(found);
  const page = await writeExplanation(flags.out, results, found);
  print(flags.json ? explanationDocument(results) : `${renderExplained(results)}\n`);
  progress.line(`The page: ${page}`);
}
