import { Command } from "commander";
import { modelEntry } from "../models/index.js";
import { benchInfer } from "./bench-infer.js";
import { engineOptionsOf, number, parseInput, wholeNumber } from "./options.js";

interface BenchFlags {
  readonly model: string;
  readonly batch: number;
  readonly input?: string;
  readonly classes: number;
  readonly steps: number;
  readonly threads?: number;
  readonly json?: true;
}

/** `senet bench`: times the engine. */
export const bench = new Command("bench").description("Time the engine on this machine.");
bench
  .command("train")
  .description("Time a training step (forward, backward, update) on random images.")
  .option("--model <name>", "a network by its published name", "seresnet20")
  .option("--input <CxHxW>", "size of the images (default: the network's own)")
  .addOption(number("--batch <n>", "images per step", 128))
  .addOption(number("--classes <n>", "number of classes", 10))
  .addOption(number("--steps <n>", "steps measured, after 3 that are not", 20))
  .addOption(number("--threads <n>", "threads of the engine (default: all cores)"))
  .option("--json", "print one JSON document")
  .action(benchTrain);

bench.addCommand(benchInfer);

async function benchTrain(flags: BenchFlags): Promise<void> {
  const entry = modelEntry(flags.model);
  const input = flags.input === undefined ? entry.input : parseInput(flags.input);
  const [batch, steps] = [wholeNumber("--batch", flags.batch, 1), wholeNumber("--steps", flags.steps, 1)];
  const { createModel } = await import("../models/index.js");
  const { nodeRuntime } = await import("../runtime/node/runtime.js");
  const { openTrainingBench } = await import("../train/bench.js");
  const { environment } = await import("./environment.js");

  const options = { classes: flags.classes, input, shortcut: "projection" as const };
  const runtime = nodeRuntime(engineOptionsOf(flags));
  try {
    const bench = await openTrainingBench(runtime, createModel(flags.model, options), batch);
    await bench.time(3);
    const megabytes = [residentMegabytes()];
    const milliseconds = await bench.time(steps);
    megabytes.push(residentMegabytes());
    await bench.close();
    const median = milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1]!;
    const imagesPerSecond = (1000 * batch) / median;
    const result = { model: flags.model, batch, input, engine: runtime.name, steps, medianMs: median, imagesPerSecond };
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ ...result, milliseconds, megabytes, environment: environment() })}\n`
        : `${flags.model}, batch ${batch}, ${input.join("x")}: ${median.toFixed(1)} ms per training step, ` +
            `${Math.round(imagesPerSecond)} images/s\n(median of ${steps}; ${runtime.name}; ` +
            `memory ${megabytes[0]} MB before, ${megabytes[1]} MB after)\n`,
    );
  } finally {
    await runtime.close();
  }
}

/** Memory of the whole process, its worker thread included. */
function residentMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
