import type { Recipe } from "../recipe.js";
import type { Rate } from "./schedule.js";

/** Options of one-cycle. Names and defaults as in PyTorch's OneCycleLR. */
export type OneCycleOptions = Pick<
  Recipe,
  "lr" | "pctStart" | "divFactor" | "finalDivFactor" | "cycleMomentum" | "baseMomentum" | "maxMomentum"
>;

/**
 * The one-cycle policy: half a cosine up from `lr / divFactor` to `lr`, then half a cosine down to almost nothing.
 * Source: Smith & Topin 2017, arXiv:1708.07120, as PyTorch's OneCycleLR has it.
 * @returns the rate at a step, counted from 0 to `steps` − 1.
 */
export function oneCycle(options: OneCycleOptions, steps: number): (step: number) => Rate {
  const { lr, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, cycleMomentum = true } = options;
  const { baseMomentum = 0.85, maxMomentum = 0.95 } = options;
  const first = lr / divFactor;
  const top = pctStart * steps - 1;
  const end = steps - 1;
  return (step) => {
    const rising = step <= top;
    const done = rising ? (top > 0 ? step / top : 1) : Math.min(1, (step - top) / (end - top));
    const [from, to] = rising ? [first, lr] : [lr, first / finalDivFactor];
    const [before, after] = rising ? [maxMomentum, baseMomentum] : [baseMomentum, maxMomentum];
    return { lr: anneal(from, to, done), ...(cycleMomentum && { momentum: anneal(before, after, done) }) };
  };
}

/** Half a cosine from one number to another. */
function anneal(from: number, to: number, done: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * done));
}
