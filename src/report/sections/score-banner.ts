import { wilsonInterval } from "../../evaluate/wilson.js";
import type { EvaluationResults } from "../evaluation-results.js";
import { fixed, formatCount, formatDigits, plural } from "../format.js";
import { type Html, html } from "../markup.js";
import { tile } from "./facts.js";

/** Title of the page: which model, on what. */
export function scoreTitle({ model, data }: EvaluationResults): string {
  return `${model} on ${data.name}`;
}

/** The top of the page: the figures, and whether they are of all images. */
export function scoreBanner(results: EvaluationResults): Html {
  const { created, data, measured, skipped, partial, imagesPerSecond } = results;
  const { images, top1, top5, loss, calibration } = measured;
  const left =
    skipped > 0 ? ` ${plural(skipped, "image")} could not be read and ${skipped === 1 ? "is" : "are"} left out.` : "";
  return html`<header>
<p class="eyebrow">senet evaluation · ${created.slice(0, 10)}</p>
<h1>${scoreTitle(results)}</h1>
<p class="lead">${plural(images, "image")} of ${plural(data.classes.length, "class")}.${left}</p>
${partial && partialNote(images, data.images)}
<dl class="tiles">
${tile("Top-1", `${fixed(top1)} %`, interval(top1, images))}
${data.classes.length > 5 && tile("Top-5", `${fixed(top5)} %`, interval(top5, images))}
${tile("Calibration error", `${fixed(100 * calibration.ece)} %`, `mean confidence ${fixed(100 * calibration.confidence, 1)} %`)}
${tile("Loss", fixed(loss, 4), "mean cross-entropy, nats")}
${tile("Speed", `${formatDigits(imagesPerSecond)} images/s`, "reading images included")}
</dl>
</header>`;
}

function interval(top: number, images: number): string {
  const [low, high] = wilsonInterval(top / 100, images);
  return `95 % interval ${fixed(100 * low, 1)} to ${fixed(100 * high, 1)}`;
}

function partialNote(images: number, all: number): Html {
  return html`<section class="verdict cannot-tell" aria-label="Partial">
<h2><span aria-hidden="true">●</span> Partial</h2>
<p>Stopped after ${formatCount(images)} of ${formatCount(all)} images, in the order of the test set: where that is sorted by class,
these figures are those of the first classes alone.</p>
</section>`;
}
