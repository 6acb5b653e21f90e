import { formatCount } from "../format.js";
import { type Html, html } from "../markup.js";
import type { TrainingResults } from "../training-results.js";
import { environmentFacts, facts } from "./facts.js";

/** How to get the same weights again: command, recipe and environment. */
export function trainingMethodSection({ command, facts: rows, environment, data, created }: TrainingResults): Html {
  const images = `${formatCount(data.train)} + ${formatCount(data.test)} images`;
  return html`<section>
<h2>How it was trained</h2>
${
  command !== undefined &&
  html`<h3>Reproduce</h3>
<pre tabindex="0"><code>${command}</code></pre>`
}
<div class="columns">
<div><h3>Network and recipe</h3>
${facts(rows)}</div>
<div><h3>Environment</h3>
${environmentFacts(environment, { name: data.name, images }, created)}</div>
</div>
</section>`;
}
