import type { Comparison, ComparisonResults } from "../../compare/results.js";
import { fixed, formatCount, plural, signed, signedPercent } from "../format.js";
import { type Html, html } from "../markup.js";
import { tile } from "./facts.js";

const headline = { better: "Better", worse: "Worse", "cannot tell": "Cannot tell" } as const;
const symbol = { better: "▲", worse: "▼", "cannot tell": "●" } as const;

/** Title of the page: what was compared, on what. */
export function title({ models, data }: ComparisonResults): string {
  const names = models.map((model) => model.name);
  return names.length === 1
    ? `${names[0]} on ${data.name}`
    : `${names.slice(1).join(", ")} against ${names[0]} on ${data.name}`;
}

/** The top of the page: what was asked, and for every candidate the verdict with its numbers. */
export function banner(results: ComparisonResults): Html {
  const { data, recipe, comparisons, created } = results;
  return html`<header>
<p class="eyebrow">senet comparison · ${created.slice(0, 10)}</p>
<h1>${title(results)}</h1>
<p class="lead">${formatCount(data.classes.length)} classes, ${formatCount(data.train)} training and ${formatCount(data.test)} test images
of ${data.channels}×${data.height}×${data.width}; ${plural(recipe.epochs, "epoch")} with ${recipe.seeds.length === 1 ? "seed" : "seeds"} ${recipe.seeds.join(", ")}.</p>
${comparisons.map(verdict)}
</header>`;
}

/** The sentence of a verdict without what stands above it already. */
function withoutHeadline(sentence: string): string {
  const rest = sentence.replace(`${headline["cannot tell"]}: `, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function verdict({ baseline, candidate, verdict, sentence, gain, interval, overhead }: Comparison): Html {
  return html`<section class="verdict ${verdict.replace(" ", "-")}" aria-label="Verdict on ${candidate}">
<h2><span aria-hidden="true">${symbol[verdict]}</span> ${headline[verdict]} <small>${candidate} against ${baseline}</small></h2>
<p>${withoutHeadline(sentence)}</p>
<dl class="tiles">
${tile("Gain, points of top-1 error", signed(gain), `95 % interval ${fixed(interval[0])} to ${fixed(interval[1])}`)}
${tile("Parameters", signedPercent(overhead.params), "over the baseline")}
${tile("Training time", signedPercent(overhead.trainTime), "per image")}
${tile("Inference time", signedPercent(overhead.inferenceTime), "per image, one at a time")}
</dl>
</section>`;
}
