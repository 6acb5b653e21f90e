import { elements, type Tensor, toNumbers } from "../../graph/tensor.js";

/** The likeliest classes of an output, as texts. */
export interface ClassTexts {
  /** [N, k]. */
  readonly shape: readonly number[];
  readonly texts: readonly string[];
}

/**
 * The largest entries of each row of an output, as `value:index:label`.
 * Source: Triton, classification extension.
 * @param top how many; all where there are fewer.
 */
export function classTexts(tensor: Tensor, top: number, labels: readonly string[] | undefined): ClassTexts {
  const rows = tensor.shape.length > 1 ? tensor.shape[0]! : 1;
  const entries = elements(tensor.shape) / rows;
  const values = toNumbers(tensor);
  const count = Math.min(top, entries);
  const named = labels?.length === entries ? labels : undefined;
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const own = values.slice(row * entries, (row + 1) * entries);
    const best = own.map((_, i) => i).sort((a, b) => own[b]! - own[a]! || a - b);
    for (const i of best.slice(0, count)) {
      const label = named === undefined ? "" : `:${named[i]}`;
      texts.push(`${own[i]!.toFixed(6)}:${i}${label}`);
    }
  }
  return { shape: tensor.shape.length > 1 ? [rows, count] : [count], texts };
}
