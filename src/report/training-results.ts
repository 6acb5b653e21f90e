import type { ComparisonResults, EpochResult, GateResult } from "../compare/results.js";
import type { Measurement } from "../evaluate/tally.js";
import type { ShownMistake } from "./evaluation-results.js";

/** All that the report of one training says. */
export interface TrainingResults {
  /** When it was finished, as ISO 8601. */
  readonly created: string;
  /** How it was started; undefined where nobody said. */
  readonly command: string | undefined;
  readonly environment: ComparisonResults["environment"];
  readonly model: string;
  readonly data: {
    readonly name: string;
    readonly classes: readonly string[];
    /** Numbers of images. */
    readonly train: number;
    readonly test: number;
  };
  readonly seed: number;
  /** What was trained and how, by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly epochs: readonly EpochResult[];
  /** How many epochs it was to have, where it was stopped before. */
  readonly stoppedOf?: number | undefined;
  /** The epoch whose weights the model has, and whether they are the moving average. */
  readonly kept: { readonly epoch: number; readonly averaged: boolean };
  /** How these weights do on the test images. */
  readonly measured: Measurement;
  readonly mistakes: readonly ShownMistake[];
  /** What their channel gates do on the test images; empty without gates. */
  readonly gates: readonly GateResult[];
  /** How many gates weigh places of a map instead of channels. */
  readonly spatialGates: number;
}
