import type { Dataset } from "../data/dataset.js";
import type { Model } from "../graph/graph.js";
import type { OnNotice } from "../notice.js";
import type { Runtime } from "../runtime/runtime.js";
import type { StepProgress } from "../train/epoch.js";
import type { EpochRecord } from "../train/epoch-record.js";
import type { Recipe } from "../train/recipe.js";
import type { TrainOptions } from "../train/trainer.js";
import type { ComparedModel } from "./compared-model.js";
import type { RunResult } from "./results.js";
import type { ErrorComparison } from "./summarise.js";

/** One training run of a comparison. */
export interface RunId {
  readonly model: string;
  readonly seed: number;
  /** Counted from 0, out of `runs`. */
  readonly run: number;
  readonly runs: number;
}

/** What is measured of a trained model beside its errors, and how many images it has looked at for that. */
export interface MeasureProgress {
  readonly what: "gates" | "inference time";
  readonly model: string;
  /** Counted from the progress before. */
  readonly images: number;
}

/** What the seeds say that all models have finished, while others are still to come. */
export interface Interim {
  readonly seeds: readonly number[];
  /** Each model but the first against the first. */
  readonly comparisons: readonly ErrorComparison[];
}

/** What is compared on what; and what a caller may follow while `compare` runs. */
export interface CompareOptions {
  /** The engine that measures inference time, and trains where there are no `trainers`. */
  readonly runtime: Runtime;
  /**
   * Engines that train side by side, one run each at a time (`runtime` alone by default). What a run gives does not
   * depend on their number, only its speed does.
   */
  readonly trainers?: readonly Runtime[] | undefined;
  /** At least two; the first is the baseline. */
  readonly models: readonly ComparedModel[];
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly seeds: readonly number[];
  /**
   * Called before each training run; says where it goes on, if it does, how it computes and where its checkpoints go.
   */
  readonly onRun?: (
    run: RunId,
  ) => Promise<Pick<TrainOptions, "resume" | "algorithms" | "recompute" | "checkpointEvery" | "onCheckpoint">>;
  readonly onStep?: (run: RunId, progress: StepProgress) => void | Promise<void>;
  /** Called while a run is tested, with the number of images that are done: 0 at first, then after every batch. */
  readonly onTest?: ((run: RunId, epoch: number, images: number) => void) | undefined;
  readonly onEpoch?: (run: RunId, record: EpochRecord) => void | Promise<void>;
  /** Called when a run is over. */
  readonly onResult?: ((run: RunId, result: RunResult) => void) | undefined;
  /** Called when all models are through with a seed, unless it is the last of all: what the finished seeds say so far. */
  readonly onInterim?: ((interim: Interim) => void) | undefined;
  /** Stores a trained model and returns the path it is known by. */
  readonly onModel: (run: RunId, model: Model) => Promise<string>;
  /** Called while a trained model is measured: without images at first, then after every batch. */
  readonly onMeasure?: ((progress: MeasureProgress) => void) | undefined;
  /** Told what a user should know. */
  readonly onNotice?: OnNotice | undefined;
  /** Stops after the current step, batch or measurement. */
  readonly signal?: AbortSignal | undefined;
}
