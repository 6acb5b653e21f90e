import type { Recipe } from "../recipe.js";

/** Options of plateau. Names as in PyTorch's ReduceLROnPlateau; its `factor` is `decayRate`. */
export type PlateauOptions = Pick<
  Recipe,
  "lr" | "decayRate" | "minLr" | "plateauMode" | "patience" | "threshold" | "thresholdMode" | "cooldown"
>;

/** What plateau remembers: plain JSON. */
export interface PlateauState {
  /** Null before the first observation. */
  readonly best: number | null;
  /** Epochs since the last progress. */
  readonly badEpochs: number;
  /** Epochs that are still not to count. */
  readonly cooldown: number;
  readonly lr: number;
}

/** Changes of the learning rate below this are not made. Source: PyTorch's ReduceLROnPlateau, `eps`. */
const SMALLEST_CHANGE = 1e-8;

/**
 * Multiplies the learning rate by `decayRate` once the watched value makes no progress for more than `patience` epochs.
 */
export function plateau(options: PlateauOptions): {
  readonly start: PlateauState;
  observe(state: PlateauState, metric: number): PlateauState;
} {
  const { lr, decayRate = 0.1, minLr = 0, patience = 10, cooldown = 0 } = options;
  return {
    start: { best: null, badEpochs: 0, cooldown: 0, lr },
    observe: (state, metric) => {
      const better = progress(state.best, metric, options);
      const cooling = state.cooldown > 0;
      const badEpochs = better || cooling ? 0 : state.badEpochs + 1;
      const drop = badEpochs > patience;
      const lower = Math.max(state.lr * decayRate, minLr);
      return {
        best: better ? metric : state.best,
        badEpochs: drop ? 0 : badEpochs,
        cooldown: drop ? cooldown : Math.max(0, state.cooldown - 1),
        lr: drop && state.lr - lower > SMALLEST_CHANGE ? lower : state.lr,
      };
    },
  };
}

function progress(best: number | null, metric: number, options: PlateauOptions): boolean {
  const { plateauMode = "max", threshold = 1e-4, thresholdMode = "rel" } = options;
  if (best === null) return !Number.isNaN(metric);
  const sign = plateauMode === "max" ? 1 : -1;
  const bar = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
  return sign * metric > sign * bar;
}
