import { Command } from "commander";
import { bounds } from "../../bounds.js";
import type { Runtime } from "../../runtime/runtime.js";
import { modelSources } from "../../workspace/model/model-source.js";
import type { CountedModel } from "../../workspace/model/open-for-timing.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, inputOf, threadsOption } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { columns } from "../terminal/columns.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";

interface InferFlags {
  readonly model: string;
  readonly batch: number;
  readonly input?: string;
  readonly rounds: number;
  readonly threads?: number;
  readonly json?: true;
}

/** `senet bench infer`: times models, several of them in turn. */
export const benchInfer = new Command("infer")
  .description("Time inference on random images; several models take turns, so that noise disturbs all alike.")
  .option("--model <models>", `${modelSources}; several with commas between them`)
  .option("--input <CxHxW>", "size of the images (default: the model's own)")
  .addOption(number("--batch <n>", "number of images in a run", bounds.batch, 1))
  .addOption(
    number("--rounds <n>", "number of runs to measure of every model, after 3 that are not", bounds.repeats, 30),
  )
  .addOption(threadsOption())
  .option("--json", "print one JSON document: an object, for several models a list of them");
takeModel(benchInfer, { several: true, example: "seresnet20" }).action((_, flags: InferFlags, command: Command) =>
  run(flags, command),
);

async function run(flags: InferFlags, command: Command): Promise<void> {
  const { batch, rounds } = flags;
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { runTimes } = await import("../../evaluate/latency.js");
  const { median } = await import("../../evaluate/median.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const engine = engineOptionsOf(flags);
  const { forModelFile } = await import("../../workspace/model/for-model-file.js");
  const { openForTiming } = await import("../../workspace/model/open-for-timing.js");
  const image = inputOf(flags);
  const names = flags.model.split(",").map((name) => name.trim());
  const subjects = await opening(
    { models: names.map((model) => ({ model })), hub: hubOf(command) },
    async (following) => {
      const opened: CountedModel[] = [];
      for (const name of names) opened.push(await openForTiming(name, { batch, image, ...following }));
      return opened;
    },
  );
  const runtime = nodeRuntime(engine);
  try {
    const given = subjects.reduce<Runtime>((inner, { name, onnx }) => forModelFile(inner, name, onnx), runtime);
    const times = await runTimes(given, subjects, { batch, rounds, warmup: 3 });
    const results = subjects.map(({ name, image, params, macs }, i) => {
      const medianMs = median(times[i]!);
      // The ratio of each round, whose runs are neighbours in time: what slows the machine down slows both.
      const ratio = median(times[i]!.map((time, round) => time / times[0]![round]!));
      const measured = { medianMs, minMs: Math.min(...times[i]!), msPerImage: medianMs / batch };
      return { name, params, macs, input: image, batch, ...engine, rounds, ...measured, ratio };
    });
    const documents = results.map((result) => ({ ...result, engine: runtime.name, environment: environment() }));
    const [first, ...others] = documents;
    print(flags.json ? `${JSON.stringify(others.length === 0 ? first : documents)}\n` : table(results, runtime.name));
  } finally {
    await runtime.close();
  }
}

interface Result {
  readonly name: string;
  readonly batch: number;
  readonly rounds: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly msPerImage: number;
  readonly ratio: number;
}

function table(results: readonly Result[], engine: string): string {
  const rows = results.map(({ name, medianMs, minMs, msPerImage, ratio }) => [
    name,
    ...[medianMs, minMs, msPerImage].map((time) => time.toFixed(2)),
    ratio.toFixed(3),
  ]);
  const { batch, rounds } = results[0]!;
  return (
    columns(["model", "median ms", "min ms", "ms/image", "ratio to the first"], rows) +
    `(batch ${batch}, ${rounds} runs each in turn; ${engine})\n`
  );
}
