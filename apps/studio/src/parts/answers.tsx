import type { Answer } from "senet";

/** The likeliest classes with their probabilities, as bars. */
export function Answers({ answers }: { readonly answers: readonly Answer[] }) {
  return (
    <ol class="answers" aria-label="Answers" aria-live="polite">
      {answers.map(({ label, probability }) => (
        <li key={label}>
          <span class="label">{label}</span>
          <span class="bar">
            <span style={{ width: `${100 * probability}%` }} />
          </span>
          <span class="number">{(100 * probability).toFixed(1)} %</span>
        </li>
      ))}
    </ol>
  );
}
