import type { Measurement } from "../evaluate/tally.js";
import type { BlockGates } from "../explain/gate-tally.js";
import type { SwitchTable } from "../explain/switch-off.js";
import type { EvaluationResults } from "./evaluation-results.js";

/** All that the page about the gates of one model on one set of images says. */
export interface ExplanationResults
  extends Pick<EvaluationResults, "created" | "command" | "environment" | "model" | "data" | "settings"> {
  /** How often the model is right on the images that were looked at. */
  readonly measured: Measurement;
  readonly blocks: readonly BlockGates[];
  /** How many gates weigh places of a map instead of channels. */
  readonly spatial: number;
  /** Classes that are shown one by one, by their numbers. */
  readonly shown: readonly number[];
  readonly switched?: SwitchTable | undefined;
  /** Seconds that the pass over the images took, and that switching off did. */
  readonly seconds: { readonly gates: number; readonly switching: number };
}
