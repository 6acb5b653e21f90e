import type { Measurement } from "../../evaluate/tally.js";
import { confusedPairs } from "../class-scores.js";
import { fixed, formatCount, plural } from "../format.js";
import { type Html, html } from "../markup.js";
import { figure, table } from "./markup-table.js";

type Charts = typeof import("../charts.js");

const mostPairs = 15;

/**
 * What was taken for what: the confusion matrix where it can be read, and the most frequent mistakes.
 * @param elsewhere where the matrix stands if it is not drawn.
 */
export function confusionsSection(
  { confusion, images }: Measurement,
  names: readonly string[],
  charts: Charts,
  elsewhere = "; results.json has it",
): Html {
  const mistakes = images - confusion.reduce((sum, row, c) => sum + row[c]!, 0);
  if (mistakes === 0) return html``;
  const pairs = confusedPairs(confusion, mostPairs);
  const most = pairs[0]!.count;
  const drawn = names.length <= charts.mostClassesDrawn;
  const label = `Confusion matrix: ${plural(mistakes, "mistake")}; the most frequent one was made ${most} times.`;
  const caption = drawn
    ? "The most frequent mistakes."
    : `The most frequent mistakes. ${formatCount(names.length)} classes are too many to draw as a matrix${elsewhere}.`;
  const list = table(
    caption,
    [
      { head: "true", cell: ({ label }) => names[label] },
      { head: "taken for", text: true, cell: ({ predicted }) => names[predicted] },
      { head: "images", cell: ({ count }) => formatCount(count) },
      { head: "of its class", cell: ({ share }) => `${fixed(100 * share, 1)} %` },
    ],
    pairs,
  );
  return html`<section>
<h2>What it confuses</h2>
${
  drawn
    ? html`<div class="columns">${figure(
        "Confusion matrix",
        charts.confusionHeatmap(confusion, { classes: names, strongest: most, label }),
        `${plural(mistakes, "mistake")}. Grey: right. Orange: wrong, full colour at ${most}.`,
      )}${list}</div>`
    : list
}
</section>`;
}
