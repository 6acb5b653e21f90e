import type { ComparisonResults } from "../compare/results.js";
import type { Measurement, Mistake } from "../evaluate/tally.js";

/** A mistake, and the image it was made on. */
export interface ShownMistake extends Mistake {
  /** The file of the image, or what else tells it from others. */
  readonly name: string;
  /** A small picture of it as a `data:` URL. */
  readonly picture?: string | undefined;
}

/** All that the report of one model on one test set says. */
export interface EvaluationResults {
  /** When it was measured, as ISO 8601. */
  readonly created: string;
  readonly command: string;
  readonly environment: ComparisonResults["environment"];
  readonly model: string;
  readonly data: {
    readonly name: string;
    /** Names of the classes, in the order of the logits. */
    readonly classes: readonly string[];
    /** Images of the test set. */
    readonly images: number;
  };
  readonly measured: Measurement;
  /** Images that could not be read and were left out. */
  readonly skipped: number;
  /** Whether it was stopped before all images were seen. */
  readonly partial: boolean;
  readonly imagesPerSecond: number;
  /** What else decides the figures, by name: preprocessing, views, weights, batch. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly mistakes: readonly ShownMistake[];
}
