import type { Comparison, ComparisonResults, ModelResult } from "../compare/results.js";
import { fixed, formatCount, formatDigits, plural, signed, signedPercent } from "./format.js";
import { setColumns, shorten, type TextColumn, wrapText } from "./text-columns.js";

/**
 * The comparison as plain text for an 80-column terminal, in the manner of the paper's Table 2: errors and gain, then
 * cost, then the overhead and the verdict of every candidate.
 * @returns lines joined by "\n", without a final one.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { parseResults, renderTable } from "senet/report";
 *
 * const [heading] = renderTable(parseResults(await readFile("results.json", "utf8"))).split("\n");
 * console.log(heading); // glyphs: 26 classes, 10,400 training and 260 test images of 1×32×32. 2 epochs,
 * ```
 */
export function renderTable(results: ComparisonResults): string {
  const { models, comparisons } = results;
  const names: TextColumn = { head: "model", cells: models.map((model) => shorten(model.name)) };
  const lines = [
    ...wrapText(describeRun(results)),
    "",
    "Top-1 error (%), gain (points)",
    ...setColumns(names, errorColumns(models, comparisons)),
    "",
    "Cost",
    ...setColumns(names, costColumns(models)),
    ...(results.jobs === undefined ? [] : wrapText(describeJobs(results.jobs))),
    ...(comparisons.length > 0 ? [""] : []),
    ...comparisons.flatMap((comparison) => wrapText(describeOverhead(comparison))),
    ...comparisons.flatMap((comparison) => ["", ...wrapText(comparison.sentence)]),
  ];
  return lines.join("\n");
}

/** One sentence on the data and the effort: "glyphs: 26 classes, … seeds 1, 2, 3." */
export function describeRun({ data, recipe }: ComparisonResults): string {
  return (
    `${data.name}: ${plural(data.classes.length, "class")}, ${formatCount(data.train)} training and ` +
    `${formatCount(data.test)} test images of ${data.channels}×${data.height}×${data.width}. ` +
    `${plural(recipe.epochs, "epoch")}, ${recipe.seeds.length === 1 ? "seed" : "seeds"} ${recipe.seeds.join(", ")}.`
  );
}

/** What a reader must know of speeds where trainings ran side by side. */
export function describeJobs(jobs: number): string {
  return `${jobs} trainings ran side by side; training images/s are those of one. Inference was timed alone.`;
}

/** What the candidate costs over the baseline, in one line. */
export function describeOverhead({ candidate, baseline, overhead }: Comparison): string {
  return (
    `Overhead of ${shorten(candidate)} over ${shorten(baseline)}: params ${signedPercent(overhead.params)}, ` +
    `MACs ${signedPercent(overhead.macs)}, training time ${signedPercent(overhead.trainTime)}, ` +
    `inference time ${signedPercent(overhead.inferenceTime)}.`
  );
}

/** "9.11 ± 0.10", or the error alone after a single run. */
export function meanAndSpread({ errorMean, errorStd }: ModelResult): string {
  return errorStd === null ? fixed(errorMean) : `${fixed(errorMean)} ± ${fixed(errorStd)}`;
}

function errorColumns(models: readonly ModelResult[], comparisons: readonly Comparison[]): TextColumn[] {
  const seeds = models[0]!.runs.map(
    (run, k): TextColumn => ({
      head: `seed ${run.seed}`,
      cells: models.map((model) => fixed(model.runs[k]!.testError)),
    }),
  );
  const perCandidate = (text: (comparison: Comparison) => string) => ["", ...comparisons.map(text)];
  const single = seeds.length === 1;
  return [
    ...seeds,
    ...(single ? [] : [{ head: "mean ± sd", cells: models.map(meanAndSpread) }]),
    { head: "gain", cells: perCandidate(({ gain }) => signed(gain)) },
    { head: "95 % interval", cells: perCandidate(({ interval }) => `${fixed(interval[0])} to ${fixed(interval[1])}`) },
  ];
}

function costColumns(models: readonly ModelResult[]): TextColumn[] {
  const [unit, divisor] = Math.max(...models.map((model) => model.macs)) >= 1e9 ? ["G", 1e9] : ["M", 1e6];
  const batch32 = models.some((model) => model.inferenceMsPerImage.batch32 !== undefined);
  return [
    { head: "params", cells: models.map((model) => formatCount(model.params)) },
    { head: `MACs (${unit})`, cells: models.map((model) => fixed(model.macs / divisor, unit === "G" ? 3 : 2)) },
    { head: "train images/s", cells: models.map((model) => formatDigits(model.trainImagesPerSecond)) },
    { head: "ms/image, batch 1", cells: models.map((model) => formatDigits(model.inferenceMsPerImage.batch1)) },
    ...(batch32
      ? [
          {
            head: "batch 32",
            cells: models.map((model) => formatDigits(model.inferenceMsPerImage.batch32 ?? Number.NaN)),
          },
        ]
      : []),
  ];
}
