import type { EvaluationResults } from "../evaluation-results.js";
import { formatCount } from "../format.js";
import { type Html, html } from "../markup.js";
import { environmentFacts, facts } from "./facts.js";

/** How to get the same numbers again: command, preprocessing and environment. */
export function evaluationMethodSection({ command, settings, environment, data, created }: EvaluationResults): Html {
  return html`<section>
<h2>How it was measured</h2>
<h3>Reproduce</h3>
<pre tabindex="0"><code>${command}</code></pre>
<div class="columns">
<div><h3>Model and images</h3>
${facts(settings)}</div>
<div><h3>Environment</h3>
${environmentFacts(environment, { name: data.name, images: `${formatCount(data.images)} images` }, created)}</div>
</div>
</section>`;
}
