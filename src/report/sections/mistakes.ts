import type { ShownMistake } from "../evaluation-results.js";
import { fixed } from "../format.js";
import { type Html, html } from "../markup.js";

/** The images on which the model was surest of a wrong answer. */
export function mistakesSection(mistakes: readonly ShownMistake[], names: readonly string[]): Html {
  if (mistakes.length === 0) return html``;
  return html`<section>
<h2>Surely wrong</h2>
<p>The ${mistakes.length === 1 ? "image" : `${mistakes.length} images`} with the most confident wrong answers: what the model has
misunderstood, or what is labelled wrong.</p>
<ul class="photos">${mistakes.map((mistake) => photo(mistake, names))}</ul>
</section>`;
}

function photo({ label, predicted, confidence, name, picture }: ShownMistake, names: readonly string[]): Html {
  const alt = `${name}: ${names[label]}, taken for ${names[predicted]}`;
  return html`<li>${picture !== undefined && html`<img src="${picture}" alt="${alt}" loading="lazy">`}
<p><strong class="bad">${names[predicted]}</strong> <span class="share">${fixed(100 * confidence, 1)} %</span></p>
<p>is ${names[label]}</p>
<p class="note">${name}</p></li>
`;
}
