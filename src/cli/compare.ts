import { Command } from "commander";
import { UserError } from "../errors.js";
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

interface CompareFlags extends TrainingFlags {
  readonly models: string;
  readonly seeds: number;
  readonly out?: string;
  readonly json?: true;
}

/** `senet compare`: trains a network and its SE twin side by side and says whether SE helped. */
export const compare = new Command("compare")
  .description("Train networks side by side with several seeds; say whether SE helped, by how much, at what cost.")
  .option("--models <names>", "comma-separated; the first is the baseline", "resnet20,seresnet20")
  .option("--out <dir>", "folder for the report (default: a new one in runs/)")
  .option("--json", "print results.json instead of the table");
for (const option of trainingOptions({ data: "glyphs", epochs: 20 })) compare.addOption(option);
compare.addOption(number("--seeds <n>", "runs per network, with seeds 1 to n", 3));
compare.action(run);

async function run(flags: CompareFlags): Promise<void> {
  const models = flags.models.split(",").map((name) => name.trim());
  const kinds = models.map((name) => modelEntry(name).attention);
  if (models.length < 2 || new Set(models).size < models.length) {
    throw new UserError(
      `--models: got "${flags.models}"; expected at least two different names such as resnet20,seresnet20`,
    );
  }
  const seeds = Array.from({ length: wholeNumber("--seeds", flags.seeds, 1) }, (_, i) => i + 1);
  const { openDataset } = await import("../data/node/open.js");
  const dataset = await openDataset(flags.data, openOptionsOf(flags));
  const recipe = recipeOf(flags, dataset);

  const { nodeRuntime } = await import("../runtime/node/runtime.js");
  const { checkRecipe } = await import("../train/recipe.js");
  const { compare: runComparison } = await import("../compare/compare.js");
  const { writeOnnx } = await import("../graph/onnx-write.js");
  const { summarise } = await import("../report/summarise.js");
  const { formatResults } = await import("../report/results.js");
  const { renderComparisonReport } = await import("../report/html.js");
  const { renderTable } = await import("../report/table.js");
  const { freshRunPath, newRunFolder } = await import("./run-folder.js");
  const { interruptSignal } = await import("./interrupt.js");
  const { commandLine, environment } = await import("./environment.js");

  checkRecipe(recipe, dataset); // whatever can be wrong is found before anything is written
  const engine = engineOptionsOf(flags);
  const modelOptions = modelOptionsOf(flags, kinds.includes("se") ? "se" : "none");
  const folder = await newRunFolder(flags.out ?? freshRunPath(`compare-${dataset.name}`));
  const signal = interruptSignal(`stopping after this step; finished runs are in ${folder.path}`);
  const runtime = nodeRuntime(engine);
  const progress = new Progress();
  progress.line(
    `${models.join(" and ")} on ${dataset.name}: ${dataset.train.length} training and ${dataset.test.length} test images, ` +
      `${counted(recipe.epochs, "epoch")}, ${counted(seeds.length, "seed")}`,
  );
  const clock = new Clock(models.length * seeds.length * recipe.epochs);
  const created = new Date().toISOString();
  try {
    const measured = await runComparison(
      runtime,
      { models, dataset, recipe, seeds, modelOptions },
      {
        signal,
        onStep: ({ model, seed, run }, { epoch, step, steps, loss, top1, imagesPerSecond }) => {
          const done = run * recipe.epochs + epoch - 1 + step / steps;
          progress.update(
            `${bar(done / clock.epochs, 8)} ${clock.left(done)} left  ${model} seed ${seed}  epoch ${epoch}/${recipe.epochs}  ` +
              `${Math.round(imagesPerSecond)} images/s  loss ${loss.toFixed(3)}  ${top1.toFixed(1)} %`,
          );
        },
        onEpoch: async ({ model, seed, run }, record) => {
          progress.line(
            `${model.padEnd(12)} seed ${seed}  epoch ${record.epoch}/${recipe.epochs}  train loss ${record.trainLoss.toFixed(3)}  ` +
              `test top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${clock.left(run * recipe.epochs + record.epoch)} left`,
          );
          await folder.log("metrics.jsonl", { model, seed, ...record });
        },
        onModel: async ({ model, seed }, { graph, weights }) => {
          const name = `models/${model}-seed${seed}.onnx`;
          await folder.write(name, writeOnnx(graph, weights));
          return name;
        },
        onPhase: (phase) => progress.update(`measuring ${phase}`),
      },
    );
    const results = summarise({ created, command: commandLine(), environment: environment(), ...measured });
    await folder.write("results.json", formatResults(results));
    await folder.write("report.html", await renderComparisonReport(results));
    progress.clear();
    process.stdout.write(flags.json ? formatResults(results) : `\n${renderTable(results)}\n`);
    progress.line(`\nThe report: ${folder.path}/report.html (${formatDuration(clock.seconds)})`);
  } finally {
    progress.clear();
    reportSkipped(dataset, (text) => progress.line(text));
    await runtime.close();
  }
}

/** `1 seed`, `3 seeds`. */
function counted(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}

/** Time since the start and what is left of it, from the share of the work that is done. */
class Clock {
  readonly #started = performance.now();
  readonly epochs: number;

  constructor(epochs: number) {
    this.epochs = epochs;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  left(epochsDone: number): string {
    return formatDuration((this.seconds / epochsDone) * (this.epochs - epochsDone));
  }
}
