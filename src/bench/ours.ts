// One side of a comparison, in a process of its own so that its memory can be told:
// `ours.js WORK MODEL CLASSES BATCH SIZE THREADS STEPS`. Prints a line of JSON with the version and the number of
// parameters; then, for every number of runs read from standard input, the milliseconds of each and the peak memory in
// MB. As bench/torch_case.py does.
import { createInterface } from "node:readline";
import { countParameters, type Graph } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32 } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { choicesOf, chooseBy } from "../train/algorithm-table.js";
import { benchStep, openTrainingBench } from "../train/training-bench.js";
import { emptyTable, tune, unmeasured } from "../train/tune.js";
import { environment } from "../workspace/run/environment.js";
import { openFolderEpoch } from "./folder-epoch.js";

const [work, model, ...numbers] = process.argv.slice(2);
const [classes, batch, size, threads, steps] = numbers.map(Number) as [number, number, number, number, number];
const runtime = nodeRuntime({ threads, spin: work !== "folder" }); // as senet train does
const graph = createModel(model!, { classes, input: [3, size, size] });
const time = await opened(work!, runtime, graph);
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ version: environment().onnxruntime, parameters: countParameters(graph) });
for await (const line of createInterface(process.stdin)) {
  const milliseconds = await time(Number(line));
  say({ milliseconds, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
}
await runtime.close();

async function opened(work: string, runtime: Runtime, graph: Graph): Promise<(runs: number) => Promise<number[]>> {
  if (work === "train") return (await openTrainingBench(runtime, graph, batch)).time;
  if (work === "tuned") {
    const table = await emptyTable(runtime, environment().cpu);
    await tune({ runtime, tasks: unmeasured((target) => benchStep(graph, batch, target), table), table });
    return (await openTrainingBench(runtime, graph, batch, { choose: chooseBy(choicesOf(table)) })).time;
  }
  if (work === "folder") return openFolderEpoch(runtime, graph, { batch, size, steps });
  const session = await runtime.open(writeOnnx(graph, initialise(graph, 1)));
  const shape = [batch, 3, size, size];
  const x = new Float32Array(batch * 3 * size * size).map((_, i) => Math.sin(i));
  return (runs) => session.time({ [graph.inputs[0]!.name]: float32(shape, x) }, runs);
}
