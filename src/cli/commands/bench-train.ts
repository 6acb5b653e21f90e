import { Command } from "commander";
import { bounds } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { median } from "../../evaluate/median.js";
import type { Graph } from "../../graph/graph.js";
import type { Target } from "../../lower/lower.js";
import { modelSource, modelSources } from "../../workspace/model/model-source.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, inputOf, recomputeOption, threadsOption } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { type TuneFlag, tableOf, tuneOption } from "../flags/tune-option.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";
import { Progress } from "../terminal/progress.js";

interface TrainFlags {
  readonly model: string;
  readonly batch: number;
  readonly input?: string;
  readonly classes?: number;
  readonly steps: number;
  readonly threads?: number;
  readonly recompute?: true;
  readonly profile?: true;
  readonly tune?: TuneFlag;
  readonly json?: true;
}

/** `senet bench train`: times a training step. */
export const benchTrain = new Command("train")
  .description("Time a training step (forward, backward, update) on random images.")
  .option("--model <model>", `${modelSources}; its first weights are drawn`, "seresnet20")
  .option("--input <CxHxW>", "size of the images (default: the network's own)")
  .addOption(number("--batch <n>", "number of images in a step", bounds.batch, 128))
  .addOption(number("--classes <n>", "number of classes of a network by name (default: 10)", bounds.classes))
  .addOption(number("--steps <n>", "number of steps to measure, after a few that are not", bounds.repeats, 20))
  .addOption(threadsOption())
  .addOption(recomputeOption())
  .addOption(tuneOption())
  .option("--profile", "show where the time goes: by operator and layer, forward and backward, with the bytes moved")
  .option("--json", "print one JSON document");
takeModel(benchTrain).action((_, flags: TrainFlags, command: Command) => run(flags, command));

async function run(flags: TrainFlags, command: Command): Promise<void> {
  const { findNetwork } = await import("../../workspace/model/find-model.js");
  const { model } = flags;
  const classes = flags.classes ?? (modelSource(model) === "name" ? 10 : undefined);
  const network = networkOf({ ...(classes !== undefined && { classes }), shortcut: "projection" });
  const query = { model, network };
  const { graph } = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    findNetwork(query, { image: inputOf(flags), ...following }),
  );
  const input = graph.inputs[0]!.shape.slice(1).map((size) => {
    if (typeof size === "number") return size;
    throw new UserError(`${model}: got images of any size; give one such as --input 3x224x224`);
  });
  const { checkTrainingMemory } = await import("../../workspace/model/check-memory.js");
  await checkTrainingMemory(graph, flags.batch, flags.recompute);
  const work = flags.profile ? profile : flags.tune ? timeTuned : time;
  await work(graph, input, flags);
}

async function time(graph: Graph, input: readonly number[], flags: TrainFlags): Promise<void> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { openTrainingBench } = await import("../../train/training-bench.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const { batch, steps, model } = flags;
  const runtime = nodeRuntime(engineOptionsOf(flags));
  try {
    const bench = await openTrainingBench(runtime, graph, batch, { recompute: flags.recompute });
    await bench.time(3);
    const megabytes = [residentMegabytes()];
    const milliseconds = await bench.time(steps);
    megabytes.push(residentMegabytes());
    await bench.close();
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    const middle = median(milliseconds);
    const imagesPerSecond = (1000 * batch) / middle;
    const result = { model, batch, input, engine: runtime.name, steps, medianMs: middle, imagesPerSecond };
    print(
      flags.json
        ? `${JSON.stringify({ ...result, milliseconds, megabytes, peakMegabytes: peak, environment: environment() })}\n`
        : `${model}, batch ${batch}, ${input.join("x")}: ${middle.toFixed(1)} ms per training step, ` +
            `${Math.round(imagesPerSecond)} images/s\n(median of ${steps}; ${runtime.name};\n` +
            ` memory ${megabytes[0]} MB before, ${megabytes[1]} MB after, at most ${peak} MB)\n`,
    );
  } finally {
    await runtime.close();
  }
}

async function profile(graph: Graph, input: readonly number[], flags: TrainFlags): Promise<void> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { profileRuns } = await import("../../runtime/node/profile-runs.js");
  const { benchStep } = await import("../../train/training-bench.js");
  const { stepProfile } = await import("../../train/step-profile.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { initialState } = await import("../../step/state.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const { stepTables } = await import("../terminal/step-tables.js");
  const { batch, steps, model } = flags;
  const { threads } = engineOptionsOf(flags);
  const runtime = nodeRuntime({ threads });
  const channelBlock = await runtime.channelBlock();
  await runtime.close();
  const { plan, weights, feeds } = benchStep(graph, batch, { channelBlock, recompute: flags.recompute });
  const state = initialState(plan, weights);
  const options = { threads, runs: steps, renews: true };
  const { milliseconds, nodes } = await profileRuns(
    writeOnnx(plan.graph),
    { ...feeds, ...Object.fromEntries(state) },
    options,
  );
  const made = stepProfile(nodes, plan.graph.places ?? new Map());
  const result = { model, batch, input, engine: runtime.name, steps, milliseconds };
  print(
    flags.json
      ? `${JSON.stringify({ ...result, ...made, environment: environment() })}\n`
      : `${model}, batch ${batch}, ${input.join("x")}: ${milliseconds.toFixed(1)} ms per training step while profiled\n` +
          `(mean of ${steps}; ${runtime.name})\n\n${stepTables(made)}`,
  );
}

/** The algorithms that were measured, and the step by rule and by measurement in turn. */
async function timeTuned(graph: Graph, input: readonly number[], flags: TrainFlags): Promise<void> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { benchStep, openTrainingBench } = await import("../../train/training-bench.js");
  const { chooseBy, choicesOf } = await import("../../train/algorithm-table.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const { measuredTable } = await import("../../workspace/run/choose-algorithms.js");
  const { algorithmRows, algorithmTable } = await import("../terminal/algorithm-rows.js");
  const { measuring } = await import("../terminal/measure-algorithms.js");
  const { batch, steps, model, recompute, tune = true } = flags;
  const runtime = nodeRuntime(engineOptionsOf(flags));
  const progress = new Progress();
  try {
    const used = new Set<string>();
    const plans = [(target: Target) => benchStep(graph, batch, target)];
    const table = await measuring(progress, (events) => measuredTable(runtime, plans, tableOf(tune), events));
    const choose = chooseBy(choicesOf(table), (task) => used.add(task));
    const byRule = await openTrainingBench(runtime, graph, batch, { recompute });
    const measured = await openTrainingBench(runtime, graph, batch, { recompute, choose });
    for (const bench of [byRule, measured]) await bench.time(2);
    const milliseconds: { byRule: number[]; measured: number[] } = { byRule: [], measured: [] };
    for (let step = 0; step < steps; step++) {
      milliseconds.byRule.push(...(await byRule.time(1)));
      milliseconds.measured.push(...(await measured.time(1)));
      progress.update(`timing: ${step + 1} of ${steps} steps`);
    }
    progress.clear();
    const rows = algorithmRows(table, used);
    const [a, b] = [median(milliseconds.byRule), median(milliseconds.measured)];
    print(
      flags.json
        ? `${JSON.stringify({ model, batch, input, engine: runtime.name, steps, milliseconds, ratio: b / a, algorithms: rows, environment: environment() })}\n`
        : `${model}, batch ${batch}, ${input.join("x")} (${runtime.name})\n\n${algorithmTable(rows)}\n` +
            `A training step by rule ${a.toFixed(1)} ms, as measured ${b.toFixed(1)} ms: ratio ${(b / a).toFixed(3)}\n(medians of ${steps} in turn)\n`,
    );
  } finally {
    progress.clear();
    await runtime.close();
  }
}

/** Memory of the whole process, its worker thread included. */
function residentMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
