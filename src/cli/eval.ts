import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { UserError } from "../errors.js";
import { type DataFlags, dataDescription, dataOptions, openOptionsOf, reportSkipped } from "./data-options.js";
import { number, wholeNumber } from "./options.js";
import { bar, Progress } from "./progress.js";

/** What the model itself says. */
const shaping = ["size", "channels"];

interface EvalFlags extends DataFlags {
  readonly model: string;
  readonly data: string;
  readonly batch: number;
  readonly json?: true;
}

/** `senet eval`: measures a trained model on a dataset's test split. */
export const evaluate = new Command("eval")
  .description("Measure a trained model on the test split of a dataset.")
  .requiredOption("--model <file>", "an .onnx file written by senet")
  .requiredOption("--data <spec>", dataDescription)
  .addOption(number("--batch <n>", "images per run", 256))
  .addOption(number("--test-limit <n>", "use only n test images: the first, of image files evenly spread ones"))
  .option("--json", "print one JSON document");
for (const option of dataOptions()) if (!shaping.includes(option.attributeName())) evaluate.addOption(option);
evaluate.action(run);

async function run(flags: EvalFlags): Promise<void> {
  const batch = wholeNumber("--batch", flags.batch, 1);
  const { openDataset } = await import("../data/node/open.js");
  const { readOnnx } = await import("../graph/onnx-read.js");
  const { readCard } = await import("../models/model-card.js");
  const { nodeRuntime } = await import("../runtime/node/runtime.js");
  const { evaluate: measure } = await import("../evaluate/evaluate.js");
  const { perClassAccuracy, confusionMatrix } = await import("../evaluate/metrics.js");

  const bytes = await modelBytes(flags.model);
  const { graph, card } = named(flags.model, () => {
    const { graph } = readOnnx(bytes);
    return { graph, card: readCard(graph) };
  });
  const expected = graph.inputs[0]!.shape.slice(1);
  const [channels, size] = expected.map((extent) => (typeof extent === "number" ? extent : undefined));
  const dataset = await openDataset(flags.data, {
    ...openOptionsOf({ ...flags, ...(channels && { channels }), ...(size && { size }) }),
    classes: card.classes,
  });
  const sizes = [dataset.channels, dataset.height, dataset.width];
  if (expected.join() !== sizes.join() || card.classes.length !== dataset.classes.length) {
    throw new UserError(
      `${flags.model}: it takes images ${expected.join("x")} of ${card.classes.length} classes; ` +
        `got ${dataset.name} with ${sizes.join("x")} and ${dataset.classes.length}; give the data it was trained for`,
    );
  }
  const runtime = nodeRuntime();
  const progress = new Progress();
  try {
    const session = await runtime.open(bytes);
    const started = performance.now();
    // The file's own mean and std, not the dataset's: they are part of the model.
    const like = { ...dataset, mean: card.mean, std: card.std };
    const { loss, top1, predictions } = await measure(session, graph, dataset.test, like, {
      batch,
      onProgress: (images) =>
        progress.update(`${bar(images / dataset.test.length)} ${images}/${dataset.test.length} images`),
    });
    const imagesPerSecond = (1000 * dataset.test.length) / (performance.now() - started);
    const confusion = confusionMatrix(predictions, dataset.test.labels, card.classes.length);
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    const images = predictions.filter((predicted) => predicted >= 0).length;
    if (flags.json) {
      const perClass = perClassAccuracy(confusion);
      const result = {
        model: flags.model,
        data: dataset.name,
        images,
        top1,
        loss,
        imagesPerSecond,
        classes: card.classes,
      };
      process.stdout.write(`${JSON.stringify({ ...result, perClass, confusion })}\n`);
    } else {
      process.stdout.write(
        `${flags.model} on ${dataset.name}: ${top1.toFixed(2)} % top-1, loss ${loss.toFixed(4)} ` +
          `on ${images} images (${Math.round(imagesPerSecond)} images/s)\n`,
      );
    }
  } finally {
    progress.clear();
    await runtime.close();
  }
}

async function modelBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(
      `--model: cannot read ${path} (${error instanceof Error ? error.message : error}); give an .onnx file`,
    );
  }
}

/** Puts the file's name before what is wrong with it. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`) : error;
  }
}
