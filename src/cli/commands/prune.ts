import { Command, Option } from "commander";
import { bounds, reals, shareAbove0, wholes } from "../../bounds.js";
import { type PruneRule, pruneRules } from "../../explain/prune-channels.js";
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
import { print } from "../terminal/print.js";
import { Progress } from "../terminal/progress.js";

interface PruneFlags extends ClassifierFlags, TestDataFlags {
  readonly data: string;
  readonly keep: number;
  readonly by: PruneRule;
  readonly epochs: number;
  readonly lr: number;
  readonly batch: number;
  readonly seed: number;
  readonly trainLimit?: number;
  readonly threads?: number;
  readonly out: string;
  readonly json?: true;
}

/** `senet prune`: writes a model with fewer channels. */
export const prune = new Command("prune")
  .option(...classifierModel)
  .requiredOption("--data <spec>", `the dataset that says what gates do and how much is lost: ${dataDescription}`)
  .requiredOption("-o, --out <file>", "the new .onnx file")
  .addOption(number("--keep <share>", "share of the channels that stays", shareAbove0, 0.75))
  .addOption(
    new Option("--by <rule>", "what says which: their mean gates, the weights that make them, or chance")
      .choices(pruneRules)
      .default("gates"),
  )
  .addOption(number("--epochs <n>", "epochs of fine-tuning, for each of the three rules", wholes(0, 10_000), 0))
  .addOption(
    number(
      "--lr <rate>",
      "learning rate of fine-tuning",
      reals((value) => value > 0 && value < 100, "a rate above 0"),
      0.01,
    ),
  )
  .addOption(number("--batch <n>", "number of images at a time", bounds.batch, 32))
  .addOption(number("--seed <n>", "number that decides what is random", bounds.seed, 1))
  .addOption(threadsOption())
  .option("--json", "print one JSON document");
for (const option of under("Model:", classifierOptions())) prune.addOption(option);
const trainLimit = number("--train-limit <n>", "number of training images to use (default: all)", bounds.images);
for (const option of under("Data:", [...testDataOptions(), trainLimit])) prune.addOption(option);
takeModel(prune, { example: "runs/x" }).action((_, flags: PruneFlags, command: Command) => run(flags, command));

async function run(flags: PruneFlags, command: Command): Promise<void> {
  const { out, data: spec, keep, by, epochs, lr, batch, seed, trainLimit, json } = flags;
  const { threads } = engineOptionsOf(flags);
  const { checkNewModel } = await import("../../workspace/model/export-model.js");
  const { openToExplain } = await import("../../workspace/explanation/explain-model.js");
  const { openTestData } = await import("../../workspace/evaluation/open-test-data.js");
  const { pruneModel } = await import("../../workspace/pruning/prune-model.js");
  const { renderPruning } = await import("../../report/pruning-text.js");
  const { writeModel } = await import("../../graph/node/write-model.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  checkNewModel(out);
  const progress = new Progress();
  const { query, options } = classifierOf(flags);
  const tell = (notice: Parameters<typeof noticeText>[0]) => progress.line(`senet: ${noticeText(notice)}`);
  const opened = await opening({ models: [query], hub: hubOf(command), tell }, (following) =>
    openToExplain(query, { ...options, ...following }),
  );
  const reading = { ...testDataOf(flags), trainLimit, train: epochs > 0 };
  const dataset = await openTestData(spec, query.model, opened, reading);
  refuseIdleForData(flags, dataset);
  const runtime = nodeRuntime({ threads });
  try {
    const pruned = await interruptible("stopping; once more ends at once", (signal) =>
      pruneModel(runtime, opened, dataset, {
        ...{ keep, by, epochs, lr, batch, seed, signal },
        onPart: (part) => progress.show(part),
      }),
    );
    progress.clear();
    writeModel(out, pruned.model);
    const { model: _, groups, ...results } = pruned;
    print(json ? `${JSON.stringify({ ...results, groups, out })}\n` : `${renderPruning(results)}\n`);
  } finally {
    progress.clear();
    await Promise.all([runtime.close(), dataset.close?.()]);
  }
}
