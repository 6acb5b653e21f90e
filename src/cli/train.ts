import { Command } from "commander";
import { modelEntry } from "../models/index.js";
import { openOptionsOf, reportSkipped } from "./data-options.js";
import {
  engineOptionsOf,
  modelOptionsOf,
  number,
  recipeOf,
  type TrainingFlags,
  trainingOptions,
  wholeNumber,
} from "./options.js";
import { bar, formatDuration, Progress } from "./progress.js";

interface TrainFlags extends TrainingFlags {
  readonly model: string;
  readonly seed: number;
  readonly out?: string;
  readonly json?: true;
}

/** `senet train`: trains one network from scratch. */
export const train = new Command("train")
  .description("Train a network from scratch; keep the log, the best, the last and a self-contained model.onnx.")
  .requiredOption("--model <name>", "a network by its published name, such as seresnet20")
  .option("--out <dir>", "folder for the run (default: a new one in runs/)")
  .option("--json", "print one JSON document at the end");
for (const option of trainingOptions({ epochs: 20 })) train.addOption(option);
train.addOption(number("--seed <n>", "decides initial weights, order and augmentation", 1));
train.action(run);

async function run(flags: TrainFlags): Promise<void> {
  const { attention } = modelEntry(flags.model);
  const seed = wholeNumber("--seed", flags.seed);
  const { openDataset } = await import("../data/node/open.js");
  const dataset = await openDataset(flags.data, openOptionsOf(flags));
  const recipe = recipeOf(flags, dataset);

  const { createModel } = await import("../models/index.js");
  const { withCard } = await import("../models/model-card.js");
  const { nodeRuntime } = await import("../runtime/node/runtime.js");
  const { checkRecipe } = await import("../train/recipe.js");
  const { train: runTraining } = await import("../train/trainer.js");
  const { trainedCard } = await import("../compare/compare.js");
  const { writeOnnx } = await import("../graph/onnx-write.js");
  const { freshRunPath, newRunFolder } = await import("./run-folder.js");
  const { interruptSignal } = await import("./interrupt.js");
  const { commandLine, environment } = await import("./environment.js");

  const { channels, height, width } = dataset;
  const input = [channels, height, width] as const;
  const options = { classes: dataset.classes.length, input, ...modelOptionsOf(flags, attention) };
  const graph = withCard(createModel(flags.model, options), trainedCard(dataset, recipe, flags.model, seed));

  checkRecipe(recipe, dataset); // whatever can be wrong is found before anything is written
  const engine = engineOptionsOf(flags);
  const folder = await newRunFolder(flags.out ?? freshRunPath(`${flags.model}-${dataset.name}`));
  const signal = interruptSignal(`stopping after this step; the last finished epoch is in ${folder.path}/last.onnx`);
  const runtime = nodeRuntime(engine);
  const progress = new Progress();
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  await folder.write(
    "config.json",
    `${JSON.stringify({ command: commandLine(), model: flags.model, data: dataset.name, seed, recipe, environment: environment() }, null, 2)}\n`,
  );
  let best = Number.NEGATIVE_INFINITY;
  try {
    const { weights, epochs } = await runTraining(runtime, graph, dataset, recipe, seed, {
      signal,
      onStep: ({ epoch, step, steps, loss, top1, imagesPerSecond }) => {
        const done = (epoch - 1 + step / steps) / recipe.epochs;
        progress.update(
          `${bar(done, 8)} ${formatDuration((elapsed() / done) * (1 - done))} left  epoch ${epoch}/${recipe.epochs}  ` +
            `${Math.round(imagesPerSecond)} images/s  loss ${loss.toFixed(3)}  ${top1.toFixed(1)} %`,
        );
      },
      onEpoch: async (record, weights) => {
        progress.line(
          `epoch ${String(record.epoch).padStart(String(recipe.epochs).length)}/${recipe.epochs}  ` +
            `train loss ${record.trainLoss.toFixed(3)}  test loss ${record.testLoss.toFixed(3)}  ` +
            `test top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${Math.round(record.imagesPerSecond)} images/s`,
        );
        await folder.log("metrics.jsonl", record);
        const bytes = writeOnnx(graph, weights);
        await folder.write("last.onnx", bytes);
        if (record.testTop1 > best) await folder.write("best.onnx", bytes);
        best = Math.max(best, record.testTop1);
      },
    });
    await folder.write("model.onnx", writeOnnx(graph, weights));
    progress.clear();
    const last = epochs.at(-1)!;
    const result = { model: flags.model, data: dataset.name, seed, file: `${folder.path}/model.onnx`, epochs };
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(result)}\n`
        : `${flags.model}: ${last.testTop1.toFixed(2)} % top-1 on ${dataset.test.length} test images after ` +
            `${recipe.epochs} ${recipe.epochs === 1 ? "epoch" : "epochs"} (${formatDuration(elapsed())}).\n` +
            `Model: ${result.file}\n`,
    );
  } finally {
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    await runtime.close();
  }
}
