import type { Dataset } from "../data/dataset.js";
import { type Evaluation, evaluate } from "../evaluate/evaluate.js";
import type { Graph, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import type { OnNotice } from "../notice.js";
import type { Runtime } from "../runtime/runtime.js";
import { emaWeights } from "../step/state.js";
import type { StepDraft, TrainingStep } from "../step/training-step.js";
import { type Choices, chooseBy } from "./algorithm-table.js";
import { isOver } from "./best-epoch.js";
import type { Checkpoint } from "./checkpoint.js";
import { type CheckpointEvery, checkFinite, checkpointer } from "./checkpointer.js";
import {
  diverged,
  type EpochPosition,
  type StepProgress,
  startOf,
  stepsPerEpoch,
  type Training,
  trainEpoch,
  trainedPart,
} from "./epoch.js";
import type { EpochRecord } from "./epoch-record.js";
import { openStep, reopenStep } from "./open-step.js";
import { draftTraining } from "./plan.js";
import { checkRecipe, type Recipe } from "./recipe.js";
import { checkSameRun, type RunIdentity, runIdentity, savedChoices } from "./run-identity.js";
import type { ScheduleState } from "./schedules/schedule.js";
import { scheduleOf } from "./schedules/schedules.js";

/** What is trained, on what and how; and what a caller may give and follow while `train` runs. */
export interface TrainOptions {
  /** The engine that runs the steps. */
  readonly runtime: Runtime;
  /** From images [N, C, H, W] to logits [N, classes]. */
  readonly graph: Graph;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  /** What is drawn at random follows from it: first weights, order, augmentation, masks. */
  readonly seed: number;
  /** Values to start from, for all parameters; drawn by the seed otherwise. */
  readonly weights?: Weights | undefined;
  /** Where a run of the same model, data, recipe and seed stands, to go on from there. */
  readonly resume?: Checkpoint | undefined;
  /** When to make checkpoints inside an epoch, by whichever comes first (never by default). */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** True: parts of the forward pass are computed again rather than kept, to the same bits: less memory, more time. */
  readonly recompute?: boolean | undefined;
  /**
   * How gradients are computed, as measured on this machine (`choicesOf`); by rule when left out. A run that goes on
   * keeps its own.
   */
  readonly algorithms?: Choices | undefined;
  /** What `draftTraining` makes of the graph and the recipe, where that was done before. */
  readonly draft?: StepDraft | undefined;
  /**
   * The networks that share the recipe, of which one must have the gates that it speaks of (this one alone by default).
   */
  readonly sharedBy?: readonly Graph[] | undefined;
  /**
   * Saves a checkpoint; called before the first step, inside epochs as `checkpointEvery` says, after every epoch and
   * when the signal stops the run, and awaited.
   */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
  /** Where weights are averaged: whether they are tested themselves too, beside their average (not by default). */
  readonly testPlain?: boolean | undefined;
  /** Called after every step and awaited. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  /**
   * Called while the weights of an epoch are tested, as `evaluate` calls `onProgress`; with `testPlain` images are
   * counted twice.
   */
  readonly onTest?: ((epoch: number, images: number) => void) | undefined;
  /** Called after every epoch's evaluation and awaited, so that it can save. */
  readonly onEpoch?: (
    record: EpochRecord,
    weights: Weights,
    test: Evaluation,
    plain?: TestedWeights,
  ) => void | Promise<void>;
  /** Told what a user should know. */
  readonly onNotice?: OnNotice | undefined;
  /** Stops the run after the current step; `train` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The weights of an epoch themselves, where what else is tested is their moving average. */
export interface TestedWeights {
  readonly weights: Weights;
  readonly test: Evaluation;
}

/** A finished run. */
export interface TrainResult {
  /** Those of the last epoch. */
  readonly weights: Weights;
  readonly epochs: readonly EpochRecord[];
  /** The class that the final weights give each test image. */
  readonly predictions: Int32Array;
}

/**
 * Trains a classifier, evaluating on the test split after every epoch. A run that is stopped and resumed from its last
 * checkpoint gives, bit for bit, the weights of the run that was never stopped.
 * @throws UserError when the recipe does not fit the data, the checkpoint is of another run, or numbers stop being
 *   finite.
 * @example
 * ```ts
 * import { createModel, defaultRecipe, train } from "senet";
 * import { nodeRuntime, openDataset } from "senet/node";
 *
 * const dataset = await openDataset("glyphs", { trainLimit: 64, testLimit: 32 });
 * const graph = createModel("seresnet20", { classes: dataset.classes.length, input: [3, 32, 32] });
 * const recipe = { ...defaultRecipe, epochs: 1, batch: 32, augment: dataset.augment };
 * const runtime = nodeRuntime();
 * const { weights, epochs } = await train({ runtime, graph, dataset, recipe, seed: 1 });
 * await runtime.close();
 * console.log(weights.size, epochs.length); // 143 1
 * ```
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { runtime, graph, dataset, recipe, seed, weights, resume, recompute, sharedBy } = options;
  checkRecipe(recipe, dataset);
  const channelBlock = await runtime.channelBlock();
  const choices = resume ? savedChoices(resume.progress.identity, channelBlock) : options.algorithms;
  const algorithms: Record<string, string> = {};
  const choose = choices && chooseBy(choices, (task, name) => (algorithms[task] = name));
  const draft = options.draft ?? draftTraining(graph, recipe, { sharedBy });
  const step = draft.write({ channelBlock, choose, recompute });
  const engine = { name: runtime.name, channelBlock, ...(choices && { algorithms }) };
  const identity = await runIdentity(graph, dataset, recipe, seed, engine);
  const notices = resume ? checkSameRun(identity, resume.progress.identity) : [];
  for (const notice of notices) options.onNotice?.(notice);
  const stepper = resume
    ? await reopenStep(runtime, step, resume.state)
    : await openStep({
        runtime,
        step,
        weights: weights ?? initialise(graph, seed),
        seed,
        takeOver: weights === undefined,
      });
  try {
    return await runEpochs({ step, identity }, { stepper, dataset, recipe, seed }, options);
  } finally {
    await stepper.release();
  }
}

/** What runs, and what tells it from other runs. */
interface Subject {
  readonly step: TrainingStep;
  readonly identity: RunIdentity;
}

async function runEpochs(
  { step, identity }: Subject,
  training: Training,
  {
    runtime,
    graph,
    resume,
    checkpointEvery = {},
    testPlain,
    onCheckpoint,
    signal,
    onStep,
    onTest,
    onEpoch,
  }: TrainOptions,
): Promise<TrainResult> {
  const { stepper, dataset, recipe } = training;
  const history: EpochRecord[] = [...(resume?.progress.history ?? [])];
  const save = checkpointer(stepper, { history, identity }, resume?.progress, checkpointEvery, onCheckpoint);
  const read = async () => stepper.read(readNames(step));
  let position: EpochPosition = resume?.progress ?? startOf(1);
  let finished: { weights: Weights; predictions: Int32Array } | undefined;
  await save.always(position);
  const test = (epoch: number, weights: Weights, before = 0) =>
    evaluate({
      ...{ runtime, graph, weights, dataset, signal },
      onProgress: (images) => (before > 0 && images === 0 ? undefined : onTest?.(epoch, before + images)),
    });
  while (!isOver(recipe, { epoch: position.epoch, history })) {
    const { epoch } = position;
    position = await trainEpoch(training, position, observed(training, history), async (at, progress) => {
      await onStep?.(progress);
      await (signal?.aborted ? save.always(at) : save.whenDue(at));
      signal?.throwIfAborted();
    });
    const state = await read();
    const weights = exportedWeights(graph, step, state);
    checkFinite(weights, position);
    const started = performance.now();
    const testAll = async () => {
      const tested = await test(epoch, weights);
      if (!testPlain || recipe.ema === undefined) return { tested };
      const own = plainWeights(graph, state);
      return { tested, plain: { weights: own, test: await test(epoch, own, dataset.test.length) } };
    };
    const { tested, plain } = await testAll().catch(async (error: unknown) => {
      if (signal?.aborted) await save.always(position);
      throw error;
    });
    const seconds = position.sums.seconds + (performance.now() - started) / 1000;
    const { loss: testLoss, top1: testTop1, predictions } = tested;
    if (!Number.isFinite(testLoss)) {
      throw diverged(`the test loss was ${testLoss}`, epoch, position.step, position.sums.lr);
    }
    const beside = plain && { plain: { testLoss: plain.test.loss, testTop1: plain.test.top1 } };
    history.push({ epoch, ...trainedPart(position, recipe.batch), testLoss, testTop1, ...beside, seconds });
    await onEpoch?.(history.at(-1)!, weights, tested, plain);
    finished = { weights, predictions };
    position = startOf(epoch + 1);
    await save.always(position);
  }
  if (finished === undefined) {
    const weights = exportedWeights(graph, step, await read()); // the checkpoint was made after the last epoch
    const { predictions } = await test(history.at(-1)!.epoch, weights);
    finished = { weights, predictions };
  }
  return { ...finished, epochs: history };
}

/** What the schedule has seen of the epochs that are done. */
function observed(training: Training, history: readonly EpochRecord[]): ScheduleState {
  const { recipe } = training;
  const schedule = scheduleOf(recipe, stepsPerEpoch(training) / (recipe.accumulate ?? 1));
  const watched = ({ testTop1, testLoss }: EpochRecord) => (recipe.plateauMode === "min" ? testLoss : testTop1);
  return history.reduce((state, record) => schedule.observe(state, watched(record), record.epoch), schedule.start);
}

/** The state that the weights to export are made of. */
function readNames({ state, fixed }: TrainingStep): string[] {
  const kinds = new Set(["parameter", "statistic", "average"]);
  return [...state.filter(({ kind }) => kinds.has(kind)).map(({ input }) => input), ...fixed];
}

/** The weights of every parameter, in the order of the graph: their moving averages where the recipe keeps them. */
function exportedWeights(graph: Graph, plan: TrainingStep, state: Weights): Weights {
  const weights = emaWeights(plan, state);
  return new Map([...graph.parameters.keys()].map((name) => [name, weights.get(name)!]));
}

/** The weights of every parameter as they are, whether the recipe keeps averages of them or not. */
function plainWeights(graph: Graph, state: Weights): Weights {
  return new Map([...graph.parameters.keys()].map((name) => [name, state.get(name)!]));
}
