import { median } from "../evaluate/median.js";
import type { BenchCase } from "./cases.js";
import type { Measured, SideMeasured } from "./measure.js";
import type { OtherMeasured, OtherTimes } from "./others.js";

/** The machine and the versions behind a page. */
export interface PageContext {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly onnxruntime: string;
}

/** What was measured: cases by name, and other libraries. */
export interface PageResults {
  readonly results: ReadonlyMap<string, Measured>;
  readonly others: readonly OtherMeasured[] | undefined;
}

/** docs/benchmarks.md: what was measured of every case, and text that was found out and is not measured anew. */
export function page(
  cases: readonly BenchCase[],
  { results, others }: PageResults,
  { cpu, cores, node, onnxruntime }: PageContext,
  appendix: string,
): string {
  const measured = cases.flatMap((each) => {
    const result = results.get(each.name);
    return result ? [{ ...each, result }] : [];
  });
  const torch = measured.flatMap(({ result, second }) => (second.by === "torch" ? [result.second?.version] : []));
  const version = torch.find((each) => each !== undefined);
  return `# Benchmarks

Written by \`npm run bench\`. Each row is two processes that take turns in one run; the ratio is that of their medians, lower is
better. Trust the ratio: single times depend on the machine and on what else it was doing (load: how many processes ran or wanted
to when the row was begun, itself not counted).

A training step is forward, softmax cross-entropy, backward and SGD with Nesterov momentum and weight decay, on random images in
float32; PyTorch runs the same network eagerly with as many threads, denormals flushed on both sides. Milliseconds: median (10th
to 90th percentile), number of runs. Peak memory: the largest resident set of each process.

| case | ms | against, ms | ratio | goal | peak MB | ratio of peaks | load |
|---|---:|---:|---:|---:|---:|---:|---:|
${measured.map(row).join("\n")}

Against: PyTorch, except where the row says otherwise. Machine: ${cpu}, ${cores} cores. Node ${node}, onnxruntime-node ${onnxruntime},
PyTorch ${version ?? "not installed"} (Debian: \`python3-torch\`). One row: \`npm run bench -- --case seresnet50-train\`; \`--list\` names them all.

${others ? otherTable(others) : ""}${appendix}`;
}

function otherTable(others: readonly OtherMeasured[]): string {
  const cell = (times: OtherTimes) =>
    "error" in times ? `cannot: \`${times.error}\`` : median(times.milliseconds).toFixed(1);
  const rows = others.map(
    ({ library, version, forward, gradient }) => `| ${library} ${version} | ${cell(forward)} | ${cell(gradient)} |`,
  );
  return `## Other libraries of JavaScript

A 3×3 convolution of 8×16×32×32 to 16 channels and its weight gradient, milliseconds (median), in Node: what a training step is made
of. \`npm run bench -- --others\` installs the libraries into a folder of its own and writes this table.

| library | forward | weight gradient |
|---|---:|---:|
${rows.join("\n")}

`;
}

function row({ title, goal, memoryGoal, result }: BenchCase & { readonly result: Measured }): string {
  const { first, second, load } = result;
  const cells = [
    title,
    times(first),
    second ? times(second) : "not installed",
    second ? verdict(median(first.milliseconds) / median(second.milliseconds), goal) : "–",
    goal === undefined ? "–" : `≤ ${goal.toFixed(2)}`,
    second ? `${first.peakMegabytes} / ${second.peakMegabytes}` : `${first.peakMegabytes}`,
    second ? verdict(first.peakMegabytes / second.peakMegabytes, memoryGoal) : "–",
    load.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The ratio, bold where it misses its goal. */
function verdict(ratio: number, goal: number | undefined): string {
  const text = ratio.toFixed(2);
  return goal !== undefined && Number(text) > goal ? `**${text}**` : text;
}

function times({ milliseconds }: SideMeasured): string {
  const [low, middle, high] = [0.1, 0.5, 0.9].map((at) => quantile(milliseconds, at).toFixed(1));
  return `${middle} (${low}–${high}), ${milliseconds.length}`;
}

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(at * (values.length - 1))]!;
}
