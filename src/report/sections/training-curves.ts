import { type Html, html } from "../markup.js";
import type { TrainingResults } from "../training-results.js";
import { figure, legend } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** Loss, error and learning rate by epoch. */
export function trainingCurvesSection({ epochs, measured }: TrainingResults, charts: Charts): Html {
  return html`<section>
<h2>Learning curves</h2>
${legend(["training", "test"])}
<div class="columns">
${figure("Top-1 error", charts.errors(epochs, measured.images), "In training: of the images as they were varied, while the weights moved. Logarithmic scale.")}
${figure("Loss", charts.losses(epochs), "In training: with label smoothing or mixing where the recipe has them. Logarithmic scale.")}
${figure("Learning rate", charts.rates(epochs), "With which each epoch ended. Logarithmic scale.")}
</div>
</section>`;
}
