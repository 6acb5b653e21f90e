import type { ExplanationResults } from "./explanation-results.js";
import { fixed, formatCount, plural } from "./format.js";
import { liveCharts, liveStyle } from "./live-charts.js";
import { type Html, html } from "./markup.js";
import { page } from "./page.js";
import { environmentFacts, facts, tile } from "./sections/facts.js";
import { type GateFigure, gateFigures, gateFiguresSection } from "./sections/gate-figures.js";
import { findingsSection, switchSection } from "./sections/gate-findings.js";
import { sortTables } from "./sort-tables.js";

/** The page, and its figures by the names of their files. */
export interface RenderedExplanation {
  readonly page: string;
  readonly figures: readonly Pick<GateFigure, "name" | "chart">[];
}

/**
 * Writes what the gates of a model do as one HTML page that needs nothing else, in light and dark, to look at and to
 * print; its script sorts tables and answers to the mouse. The drawing library is loaded at the first call.
 */
export async function renderExplanation(results: ExplanationResults): Promise<RenderedExplanation> {
  const charts = await import("./charts.js");
  const figures = gateFigures(results, charts);
  const made = page(
    `What the gates of ${results.model} do`,
    html`${banner(results)}
${findingsSection(results, charts)}
${switchSection(results)}
${gateFiguresSection(results, figures)}
${method(results)}
<footer>Every number of this page is in explanation.json beside it; the gates of all classes are in the .npy files.</footer>`,
    { style: liveStyle, script: sortTables + liveCharts },
  ).text;
  return { page: made, figures };
}

function banner({ created, model, data, measured, blocks }: ExplanationResults): Html {
  const channels = blocks.reduce((sum, block) => sum + block.channels, 0);
  return html`<header>
<p class="eyebrow">senet explanation · ${created.slice(0, 10)}</p>
<h1>What the gates of ${model} do</h1>
<p class="lead">On ${plural(measured.images, "image")} of ${data.name}.</p>
<dl class="tiles">
${tile("Blocks", formatCount(blocks.length), `${formatCount(channels)} gates an image`)}
${tile("Top-1", `${fixed(measured.top1)} %`, `of ${formatCount(measured.images)} images`)}
${tile("Loss", fixed(measured.loss, 4), "mean cross-entropy, nats")}
</dl>
</header>`;
}

function method({ settings, environment, data, measured, created, command, seconds }: ExplanationResults): Html {
  const images = `${formatCount(measured.images)} of ${formatCount(data.images)} images`;
  return html`<section>
<h2>How it was measured</h2>
<pre>${command}</pre>
<div class="columns">${facts([...settings, ["time", `${fixed(seconds.gates, 1)} s for the gates, ${fixed(seconds.switching, 1)} s to switch them off`]])}${environmentFacts(environment, { name: data.name, images }, created)}</div>
</section>`;
}
