import type { ComparisonResults } from "../../compare/results.js";
import { type Html, html } from "../markup.js";
import { figure, legend } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** Test error and training loss by epoch. */
export function curvesSection({ models, labels }: ComparisonResults, charts: Charts): Html {
  const scale = "Thin: one seed. Bold: their mean. Logarithmic scale.";
  return html`<section>
<h2>Learning curves</h2>
${legend(models.map((model) => model.name))}
<div class="columns">
${figure("Test error", charts.errorCurves(models, labels.length), scale)}
${figure("Training loss", charts.lossCurves(models), scale)}
</div>
</section>`;
}
