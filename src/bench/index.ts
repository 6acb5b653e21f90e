import { writeFile } from "node:fs/promises";
import { environment } from "../cli/environment.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { openTrainingBench } from "../train/bench.js";
import { openTorch } from "./torch.js";

/** The steps that are timed: one row of the table each. */
const cases = [
  { model: "seresnet20", batch: 128 },
  { model: "resnet20", batch: 128 },
  { model: "seresnet20", batch: 32 },
] as const;

/** Rounds in which ours and PyTorch take turns, and the steps of each turn. */
const rounds = 8;
const stepsPerRound = 5;

const { cpu, cores, node, onnxruntime } = environment();
const runtime = nodeRuntime();
const rows: string[] = [];
let torchVersion: string | undefined;
for (const { model, batch } of cases) {
  const graph = createModel(model);
  const ours = await openTrainingBench(runtime, graph, batch);
  const torch = await openTorch({ model, batch, threads: cores });
  torchVersion = torch?.version;
  const times = { ours: await ours.time(3).then(() => [] as number[]), torch: [] as number[] };
  await torch?.time(3);
  for (let round = 0; round < rounds; round++) {
    times.ours.push(...(await ours.time(stepsPerRound)));
    times.torch.push(...((await torch?.time(stepsPerRound)) ?? []));
  }
  await ours.close();
  torch?.close();
  const row = [
    model,
    batch,
    summary(times.ours),
    torch ? summary(times.torch) : "not installed",
    torch ? (median(times.ours) / median(times.torch)).toFixed(2) : "–",
  ];
  rows.push(`| ${row.join(" | ")} |`);
  process.stdout.write(`${rows.at(-1)}\n`);
}
await runtime.close();

await writeFile(
  "docs/benchmarks.md",
  `# Benchmarks

Written by \`npm run bench\`, which runs ours and PyTorch in turn, ${rounds} rounds of ${stepsPerRound} steps each, and takes medians.
Trust the ratio; the single times depend on the machine and on what else it was doing.

A training step is forward, softmax cross-entropy, backward and SGD with Nesterov momentum and weight decay,
on random 3×32×32 images in float32. Milliseconds: median (10th to 90th percentile).

| model | batch | ours | PyTorch | ours / PyTorch |
|---|---:|---:|---:|---:|
${rows.join("\n")}

Machine: ${cpu}, ${cores} cores. Node ${node}, onnxruntime-node ${onnxruntime}, PyTorch ${torchVersion ?? "not installed"}.
PyTorch runs \`bench/torch_step.py\` with as many threads. Where it is not installed (Debian: \`python3-torch\`), its column is empty.
`,
);

function summary(times: readonly number[]): string {
  return `${median(times).toFixed(1)} (${quantile(times, 0.1).toFixed(1)}–${quantile(times, 0.9).toFixed(1)})`;
}

function median(times: readonly number[]): number {
  return quantile(times, 0.5);
}

function quantile(times: readonly number[], at: number): number {
  return times.toSorted((a, b) => a - b)[Math.round(at * (times.length - 1))]!;
}
