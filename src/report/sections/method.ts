import type { ComparisonResults } from "../../compare/results.js";
import { formatCount, plural } from "../format.js";
import { type Html, html } from "../markup.js";
import { environmentFacts, facts } from "./facts.js";

/** How to get the same numbers again: command, recipe and environment. */
export function methodSection({ command, recipe, environment, data, created }: ComparisonResults): Html {
  const { epochs, batch, optimizer, lr, momentum, nesterov, weightDecay, schedule, warmup } = recipe;
  return html`<section>
<h2>How it was measured</h2>
<h3>Reproduce</h3>
<pre tabindex="0"><code>${command}</code></pre>
<div class="columns">
<div><h3>Recipe</h3>
${facts([
  ["epochs", formatCount(epochs)],
  ["batch", `${formatCount(batch)} images`],
  ["optimizer", optimizer],
  ["learning rate", `${lr}, ${schedule}${warmup > 0 ? `, ${plural(warmup, "epoch")} of warm-up` : ""}`],
  ["momentum", momentum === undefined ? "—" : `${momentum}${nesterov ? ", Nesterov" : ""}`],
  ["weight decay", String(weightDecay)],
  ["augmentation", augmentation(recipe.augment)],
  ["seeds", recipe.seeds.join(", ")],
])}</div>
<div><h3>Environment</h3>
${environmentFacts(environment, { name: data.name, images: `${formatCount(data.train)} + ${formatCount(data.test)} images` }, created)}</div>
</div>
</section>`;
}

function augmentation({ flip, pad, ...rest }: ComparisonResults["recipe"]["augment"]): string {
  const others = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [flip ? "horizontal flip" : "no flip", pad > 0 ? `shift by up to ${pad} pixels` : "no shift", ...others].join(
    ", ",
  );
}
