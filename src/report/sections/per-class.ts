import type { Measurement } from "../../evaluate/tally.js";
import { type ClassScore, classScores } from "../class-scores.js";
import { fixed, formatCount } from "../format.js";
import { type Html, html } from "../markup.js";
import { type Column, table } from "./markup-table.js";

/** So many classes stand on the page; with more of them, the others unfold. */
const mostRows = 30;

/** The accuracy of every class, the worst first. */
export function perClassSection(measured: Measurement, names: readonly string[]): Html {
  const scores = classScores(measured);
  const columns: Column<ClassScore>[] = [
    { head: "class", cell: ({ index }) => names[index] },
    { head: "images", cell: ({ images }) => formatCount(images) },
    { head: "accuracy", cell: ({ recall }) => percent(recall) },
    ...(names.length > 5 ? [{ head: "top-5", cell: ({ top5 }: ClassScore) => percent(top5) }] : []),
    { head: "precision", cell: ({ precision }) => percent(precision) },
    {
      head: "most often taken for",
      text: true,
      cell: ({ takenFor }) => takenFor && `${names[takenFor.index]} (${formatCount(takenFor.count)})`,
    },
  ];
  const what =
    "Accuracy: the share of the images of a class that were predicted right. Precision: of the images predicted as it.";
  const [worst, all] = [scores.slice(0, mostRows), scores.length > mostRows && scores];
  const absent = names.length - scores.length;
  return html`<section>
<h2>${all ? "The worst classes" : "Class by class"}</h2>
<div class="sortable">${table(what, columns, worst)}</div>
${all && html`<details><summary>All ${formatCount(all.length)} classes that have images</summary><div class="sortable">${table(what, columns, all)}</div></details>`}
${absent > 0 && html`<p class="note">${formatCount(absent)} of ${formatCount(names.length)} classes have no images here.</p>`}
</section>`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "—" : `${fixed(100 * share, 1)} %`;
}
