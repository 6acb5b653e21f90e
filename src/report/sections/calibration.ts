import type { Calibration } from "../../evaluate/calibration.js";
import { fixed } from "../format.js";
import { type Html, html } from "../markup.js";
import { figure } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** Whether the model is as often right as it says: the reliability diagram and how confident it is. */
export function calibrationSection(calibration: Calibration, charts: Charts): Html {
  const { ece, confidence, bins } = calibration;
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  if (images === 0) return html``;
  const accuracy = bins.reduce((sum, bin) => sum + (bin.images > 0 ? bin.images * bin.accuracy : 0), 0) / images;
  const [sure, right] = [fixed(100 * confidence, 1), fixed(100 * accuracy, 1)];
  const label = `Reliability diagram: expected calibration error ${fixed(100 * ece)} %, mean confidence ${sure} %, accuracy ${right} %.`;
  return html`<section>
<h2>Does it know what it knows?</h2>
<div class="columns">
${figure("Accuracy by confidence", charts.reliabilityDiagram(calibration, label), "Blue: the share that was right, pale where it exceeds the confidence. Orange: confidence that was not borne out. Dashed: where both are equal.")}
<div>
${figure("How confident it is", charts.confidenceHistogram(calibration, "Share of the images by confidence."))}
<p>The confidence of an answer is its probability, the largest of the softmax. On average it is ${sure} %, and ${right} % of the answers
are right: the model is ${tendency(confidence, accuracy)}.</p>
<p class="note">The expected calibration error, ${fixed(100 * ece)} %, is the mean distance between accuracy and confidence over ${bins.length} bins of
equal width, weighed by their images (Guo et al. 2017, arXiv:1706.04599). It grows by chance where bins hold few images.</p>
</div>
</div>
</section>`;
}

function tendency(confidence: number, accuracy: number): string {
  const gap = 100 * (confidence - accuracy);
  if (Math.abs(gap) < 0.5) return "on the whole as sure as it should be";
  return gap > 0 ? `too sure by ${fixed(gap, 1)} points` : `not sure enough by ${fixed(-gap, 1)} points`;
}
