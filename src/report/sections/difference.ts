import type { Comparison, ComparisonResults } from "../../compare/results.js";
import { correctness } from "../../evaluate/metrics.js";
import { pairedDifference } from "../../evaluate/paired-difference.js";
import { fixed, formatCount, formatDigits, signed } from "../format.js";
import { type Html, html } from "../markup.js";
import { figure } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** The paired difference of every seed and of all together, with 95 % intervals, one plot per candidate. */
export function differenceSection(results: ComparisonResults, charts: Charts): Html {
  const { comparisons } = results;
  if (comparisons.length === 0) return html``;
  const beside = comparisons.length % 2 === 1; // the explanation fills the second column, or follows
  return html`<section>
<h2>Is the difference more than noise?</h2>
<div class="columns">${comparisons.map((comparison, k) => plot(results, comparison, k + 1, charts))}
${beside && method(comparisons)}</div>
${!beside && method(comparisons)}
</section>`;
}

function method(comparisons: readonly Comparison[]): Html {
  const seedsCount = comparisons.every(({ sources }) => sources.includes("seeds"));
  const noise = seedsCount
    ? `A two-way analysis of variance with random effects splits the spread of these differences into that of seeds, that of
images and the rest, and the 95 % interval (Student’s t, Satterthwaite’s degrees of freedom) counts them all.`
    : `The 95 % interval (Student’s t) counts the spread of these differences over the images alone, because a single seed
says nothing about the luck of training.`;
  return html`<div class="method"><h3>How the interval is computed</h3>
<p>Both models see the same seeds and the same test images, so they are compared pair by pair: +1 where only the candidate is
right, −1 where only the baseline is. ${noise}</p>
${comparisons.map(
  ({ candidate, baseline, standardError, df }) =>
    html`<p class="note">${candidate} against ${baseline}: standard error ${fixed(standardError, 3)} points, ${formatDigits(df)} degrees of freedom.</p>`,
)}</div>`;
}

function plot({ models, labels }: ComparisonResults, comparison: Comparison, index: number, charts: Charts): Html {
  const [baseline, candidate] = [models[0]!, models[index]!];
  const seeds = candidate.runs.map((run, k) => {
    const { mean, interval } = pairedDifference(
      [correctness(baseline.runs[k]!.predictions, labels)],
      [correctness(run.predictions, labels)],
    );
    return { name: `seed ${run.seed}`, value: 100 * mean, interval: [100 * interval[0], 100 * interval[1]] as const };
  });
  const overall = { name: "all seeds", value: comparison.gain, interval: comparison.interval, bold: true };
  const rows = seeds.length === 1 ? [{ ...seeds[0]!, bold: true }] : [...seeds, overall];
  const [low, high] = comparison.interval;
  const label = `Gain of ${candidate.name} over ${baseline.name}: ${signed(comparison.gain)} points, 95 % interval ${fixed(low)} to ${fixed(high)}.`;
  const chart = charts.intervalPlot(rows, { index, axis: "gain in points of top-1 error", label, most: 100 });
  const note =
    seeds.length === 1
      ? "One seed: the interval counts the choice of test images only."
      : `Thin bars count the choice of the ${formatCount(labels.length)} test images; the bold one also counts the seeds. It has to lie right of 0 before we say “better”.`;
  return figure(`Gain of ${candidate.name} over ${baseline.name}`, chart, note);
}
