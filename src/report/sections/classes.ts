import type { ComparisonResults, ModelResult } from "../../compare/results.js";
import { changedConfusions, classChanges, summedConfusion } from "../class-changes.js";
import { fixed, formatCount, signed } from "../format.js";
import { type Html, html } from "../markup.js";
import { figure, table } from "./markup-table.js";

type Charts = typeof import("../charts.js");

const mostRows = 30;

/** Where the models err: confusion matrices, the mistakes that changed most, and the accuracy of every class. */
export function classesSection(results: ComparisonResults, charts: Charts): Html {
  const { models } = results;
  return html`<section>
<h2>Which classes</h2>
<div class="columns">${matrices(results, charts)}</div>
${models.slice(1).map(
  (candidate, k) => html`<div class="columns">
${perClass(results, candidate, k + 1, charts)}
<div>${mistakes(results, candidate)}</div>
</div>`,
)}
</section>`;
}

function matrices({ models, data }: ComparisonResults, charts: Charts): Html | Html[] {
  if (data.classes.length > charts.mostClassesDrawn) {
    return html`<p class="note">${formatCount(data.classes.length)} classes are too many to draw as a confusion matrix; results.json has it.</p>`;
  }
  const sums = models.map(summedConfusion);
  const wrong = sums.flatMap((matrix) => matrix.flatMap((row, t) => row.filter((_, p) => p !== t)));
  const strongest = Math.max(1, ...wrong);
  return models.map((model, index) => {
    const mistakes = wrong.slice(index * (wrong.length / models.length), (index + 1) * (wrong.length / models.length));
    const total = mistakes.reduce((sum, count) => sum + count, 0);
    const label = `Confusion matrix of ${model.name}: ${formatCount(total)} mistakes; the most frequent one was made ${Math.max(...mistakes)} times.`;
    return figure(
      `Confusions of ${model.name}`,
      charts.confusionHeatmap(sums[index]!, { classes: data.classes, strongest, label }),
      `${formatCount(total)} mistakes in ${model.runs.length === 1 ? "one run" : `${model.runs.length} runs`}. Grey: right. Orange: wrong, full colour at ${strongest}.`,
    );
  });
}

function perClass(
  { models, labels, data }: ComparisonResults,
  candidate: ModelResult,
  index: number,
  charts: Charts,
): Html {
  const changes = classChanges(models[0]!, candidate, labels).reverse();
  const shown =
    changes.length > mostRows ? [...changes.slice(0, mostRows / 2), ...changes.slice(-mostRows / 2)] : changes;
  const names = uniqueNames(data.classes);
  const rows = shown.map(({ index: c, change, interval }) => ({ name: names[c]!, value: change, interval }));
  const beyond = changes.filter(({ interval: [low, high] }) => low > 0 || high < 0).length;
  const chance = Math.round(0.05 * changes.length);
  const label = `Change of accuracy per class; largest gain ${changes[0] ? data.classes[changes[0].index] : "none"}.`;
  return figure(
    `Accuracy by class, ${candidate.name} against ${models[0]!.name}`,
    charts.intervalPlot(rows, { index, axis: "change in points, right is better", label, most: 100, rowHeight: 17 }),
    `${shown.length < changes.length ? `The ${mostRows} largest of ${formatCount(changes.length)} changes. ` : ""}` +
      `${formatCount(beyond)} of ${formatCount(changes.length)} intervals exclude 0; about ${chance} would by chance alone.`,
  );
}

function mistakes({ models, data }: ComparisonResults, candidate: ModelResult): Html {
  const changes = changedConfusions(models[0]!, candidate, 12);
  if (changes.length === 0) return html`<p class="note">Both models made the same mistakes.</p>`;
  return table(
    `Mistakes whose number changed most from ${models[0]!.name} (before) to ${candidate.name} (after), all seeds together.`,
    [
      { head: "true", cell: ({ from }) => data.classes[from] },
      { head: "taken for", text: true, cell: ({ to }) => data.classes[to] },
      { head: "before", cell: ({ baseline }) => formatCount(baseline) },
      { head: "after", cell: (row) => formatCount(row.candidate) },
      {
        head: "change",
        cell: ({ change }) => html`<span class="${change < 0 ? "good" : "bad"}">${signed(change, 0)}</span>`,
      },
    ],
    changes,
  );
}

/** Class names cut to what fits beside a chart, each different: the chart places rows by name. */
function uniqueNames(classes: readonly string[]): string[] {
  const used = new Set<string>();
  return classes.map((name, index) => {
    const short = name.length > 20 ? `${name.slice(0, 19)}…` : name;
    const unique = used.has(short) ? `${short} (${fixed(index, 0)})` : short;
    used.add(unique);
    return unique;
  });
}
