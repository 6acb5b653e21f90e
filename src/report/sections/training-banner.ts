import { wilsonInterval } from "../../evaluate/wilson.js";
import { fixed, formatCount, formatDigits, formatDuration, plural } from "../format.js";
import { type Html, html } from "../markup.js";
import type { TrainingResults } from "../training-results.js";
import { tile } from "./facts.js";

/** Title of the page: which model, on what. */
export function trainingTitle({ model, data }: TrainingResults): string {
  return `${model} on ${data.name}`;
}

/** The top of the page: what the kept weights reach, and whose they are. */
export function trainingBanner(results: TrainingResults): Html {
  const { created, data, epochs, kept, measured, seed, stoppedOf } = results;
  const { images, top1, top5, loss } = measured;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const which = kept.epoch === epochs.length ? "the last" : `of ${epochs.length}, the best`;
  return html`<header>
<p class="eyebrow">senet training · ${created.slice(0, 10)}</p>
<h1>${trainingTitle(results)}</h1>
<p class="lead">${plural(data.classes.length, "class")}, ${formatCount(data.train)} training and ${plural(images, "test image")};
${plural(epochs.length, "epoch")} with seed ${seed}${stoppedOf !== undefined && `; stopped, of ${stoppedOf}, before what the gates do was measured`}.</p>
<dl class="tiles">
${tile("Test top-1", `${fixed(top1)} %`, interval(top1, images))}
${data.classes.length > 5 && tile("Test top-5", `${fixed(top5)} %`, interval(top5, images))}
${tile("Test loss", fixed(loss, 4), "mean cross-entropy, nats")}
${tile("Weights", `epoch ${kept.epoch}`, `${which}${kept.averaged ? ", averaged" : ""}`)}
${tile("Time", formatDuration(seconds), `${formatDigits(epochs.at(-1)!.imagesPerSecond)} images/s in training`)}
</dl>
${
  kept.epoch !== epochs.length &&
  html`<p class="note">Epoch ${kept.epoch} is kept because it did best on the test images, so its figures on them are a little too good: they
measure the choice too. The last epoch reached ${fixed(epochs.at(-1)!.testTop1)} %.</p>`
}
</header>`;
}

function interval(top: number, images: number): string {
  const [low, high] = wilsonInterval(top / 100, images);
  return `95 % interval ${fixed(100 * low, 1)} to ${fixed(100 * high, 1)}`;
}
