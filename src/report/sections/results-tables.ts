import type { Comparison, ComparisonResults, ModelResult } from "../../compare/results.js";
import { describeJobs, meanAndSpread } from "../comparison-text.js";
import { fixed, formatCount, formatDigits, formatMacs, signed, signedPercent } from "../format.js";
import { type Html, html } from "../markup.js";
import { type Column, modelName, table } from "./markup-table.js";

/** Errors of every model and seed with mean, gain and interval, in the manner of the paper's Table 2. */
export function resultsSection({ models, comparisons }: ComparisonResults): Html {
  const of = (model: ModelResult) => comparisons.find((comparison) => comparison.candidate === model.name);
  const columns: Column<ModelResult>[] = [
    { head: "model", cell: (model, index) => modelName(model.name, index) },
    { head: "attention", text: true, cell: (model) => model.attention },
    ...models[0]!.runs.map((run, k) => ({
      head: `seed ${run.seed}`,
      cell: (model: ModelResult) => fixed(model.runs[k]!.testError),
    })),
    ...(models[0]!.runs.length > 1 ? [mean] : []),
    { head: "gain", cell: (model) => ifAny(of(model), ({ gain }) => signed(gain)) },
    {
      head: "95 % interval",
      cell: (model) => ifAny(of(model), ({ interval: [low, high] }) => `${fixed(low)} to ${fixed(high)}`),
    },
  ];
  return html`<section>
<h2>Results</h2>
${table("Top-1 error on the test images in percent, lower is better; gain in points over the first model.", columns, models)}
</section>`;
}

const mean: Column<ModelResult> = {
  head: "mean ± sd",
  cell: (model) => html`<strong>${meanAndSpread(model)}</strong>`,
};

/** What every model costs, beside what the paper reports for SE-ResNet-50. */
export function costSection({ models, comparisons, jobs }: ComparisonResults): Html {
  const batch32 = models.some((model) => model.inferenceMsPerImage.batch32 !== undefined);
  const columns: Column<ModelResult>[] = [
    { head: "model", cell: (model, index) => modelName(model.name, index) },
    { head: "parameters", cell: (model) => formatCount(model.params) },
    { head: "MACs", cell: (model) => formatMacs(model.macs) },
    { head: "training images/s", cell: (model) => formatDigits(model.trainImagesPerSecond) },
    { head: "inference ms/image", cell: (model) => formatDigits(model.inferenceMsPerImage.batch1) },
  ];
  const ms32 = ({ inferenceMsPerImage }: ModelResult) => ifAny(inferenceMsPerImage.batch32, formatDigits);
  const sideBySide = models.length === 2 && models.every((model) => model.name.length <= 14);
  if (batch32) columns.push({ head: "ms/image, batch 32", cell: ms32 });
  return html`<section>
<h2>Cost</h2>
<div${sideBySide && html` class="columns wide-left"`}>
${table("Size and speed, measured where the comparison ran. MACs are multiply-accumulates for one image.", columns, models)}
${table("Overhead, and what the paper reports for its own pair for context.", overheadColumns(comparisons), overheadRows)}
</div>
${jobs !== undefined && html`<p class="note">${describeJobs(jobs)}</p>`}
<p class="note">Paper: Hu et al., “Squeeze-and-Excitation Networks”, §4: 3.86 → 3.87 GFLOPs; about 25 → 27.5 million parameters;
training step of 256 images on 8 GPUs 190 → 209 ms; inference of one 224-pixel image on a CPU 164 → 167 ms.</p>
</section>`;
}

interface OverheadRow {
  readonly name: string;
  readonly key: keyof Comparison["overhead"];
  readonly paper: string;
}

const overheadRows: readonly OverheadRow[] = [
  { name: "parameters", key: "params", paper: "about +10 %" },
  { name: "MACs", key: "macs", paper: "+0.26 %" },
  { name: "training time", key: "trainTime", paper: "+10 %" },
  { name: "inference time", key: "inferenceTime", paper: "+1.8 %" },
];

function overheadColumns(comparisons: readonly Comparison[]): Column<OverheadRow>[] {
  return [
    { head: "overhead", cell: (row) => row.name },
    ...comparisons.map(({ candidate, overhead }, k) => ({
      head: modelName(candidate, k + 1),
      cell: (row: OverheadRow) => signedPercent(overhead[row.key]),
    })),
    { head: "paper, SE-ResNet-50", cell: (row) => row.paper },
  ];
}

function ifAny<T>(value: T | undefined, text: (value: T) => string): string {
  return value === undefined ? "" : text(value);
}
