import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { type Evaluation, evaluate } from "../evaluate/evaluate.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { sameShape } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { initialState } from "../transform/state.js";
import type { TrainingStep } from "../transform/training-step.js";
import type { Checkpoint } from "./checkpoint.js";
import {
  diverged,
  type EpochPosition,
  type StepProgress,
  startOf,
  type Training,
  trainEpoch,
  trainedPart,
} from "./epoch.js";
import type { EpochRecord } from "./epoch-record.js";
import { planTraining } from "./plan.js";
import { checkRecipe, type Recipe } from "./recipe.js";
import { checkSameRun, type RunIdentity, runIdentity } from "./run-identity.js";

/** What a caller may give and follow while `train` runs. */
export interface TrainOptions {
  /** Values to start from, for all parameters; drawn by the seed otherwise. */
  readonly weights?: Weights | undefined;
  /** Where a run of the same model, data, recipe and seed stands, to go on from there. */
  readonly resume?: Checkpoint | undefined;
  /** When to make checkpoints inside an epoch, by whichever comes first (never by default). */
  readonly checkpointEvery?: { readonly steps?: number | undefined; readonly minutes?: number | undefined } | undefined;
  /**
   * Saves a checkpoint; called before the first step, inside epochs as `checkpointEvery` says, after every epoch and
   * when the signal stops the run, and awaited.
   */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
  /** Called after every step and awaited. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  /** Called after every epoch's evaluation and awaited, so that it can save. */
  readonly onEpoch?: (record: EpochRecord, weights: Weights) => void | Promise<void>;
  /** Called with one line about what the user should know. */
  readonly onNotice?: (text: string) => void;
  /** Stops the run after the current step; `train` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A finished run. */
export interface TrainResult {
  readonly weights: Weights;
  readonly epochs: readonly EpochRecord[];
  /** The class that the final weights give each test image. */
  readonly predictions: Int32Array;
}

/**
 * Trains a classifier, evaluating on the test split after every epoch. A run that is stopped and resumed from its last
 * checkpoint gives, bit for bit, the weights of the run that was never stopped.
 * @param graph from images [N, C, H, W] to logits [N, classes].
 * @throws UserError when the recipe does not fit the data, the checkpoint is of another run, or numbers stop being finite.
 */
export async function train(
  runtime: Runtime,
  graph: Graph,
  dataset: Dataset,
  recipe: Recipe,
  seed: number,
  options: TrainOptions = {},
): Promise<TrainResult> {
  checkRecipe(recipe, dataset);
  const channelBlock = await runtime.channelBlock();
  const identity = await runIdentity(graph, dataset, recipe, seed, { name: runtime.name, channelBlock });
  const { resume } = options;
  const notice = resume && checkSameRun(identity, resume.progress.identity);
  if (notice !== undefined) options.onNotice?.(notice);
  const plan = planTraining(graph, recipe, { channelBlock });
  const first = resume ? wholeState(plan, resume.state) : (options.weights ?? initialise(graph, seed));
  const stepper = await openStep(runtime, plan, first, seed);
  try {
    return await runEpochs(runtime, graph, { stepper, dataset, recipe, seed }, identity, options);
  } finally {
    await stepper.release();
  }
}

async function runEpochs(
  runtime: Runtime,
  graph: Graph,
  training: Training,
  identity: RunIdentity,
  options: TrainOptions,
): Promise<TrainResult> {
  const { stepper, dataset, recipe } = training;
  const { signal, onStep, onEpoch } = options;
  const epochs: EpochRecord[] = [...(options.resume?.progress.history ?? [])];
  const save = checkpointer(training, identity, epochs, options);
  const parameters = () => stepper.read([...graph.parameters.keys()]);
  let position: EpochPosition = options.resume?.progress ?? startOf(1);
  let finished: { weights: Weights; predictions: Int32Array } | undefined;
  await save.always(position);
  while (position.epoch <= recipe.epochs) {
    const { epoch } = position;
    position = await trainEpoch(training, position, async (at, progress) => {
      await onStep?.(progress);
      await (signal?.aborted ? save.always(at) : save.whenDue(at));
      signal?.throwIfAborted();
    });
    const weights = await parameters();
    checkFinite(weights, position);
    const started = performance.now();
    const test = await evaluateWeights(runtime, { graph, weights }, dataset, signal).catch(async (error: unknown) => {
      if (signal?.aborted) await save.always(position);
      throw error;
    });
    const seconds = position.sums.seconds + (performance.now() - started) / 1000;
    const tested = { testLoss: test.loss, testTop1: test.top1, seconds };
    epochs.push({ epoch, ...trainedPart(position, recipe.batch), ...tested });
    await onEpoch?.(epochs.at(-1)!, weights);
    finished = { weights, predictions: test.predictions };
    position = startOf(epoch + 1);
    await save.always(position);
  }
  if (finished === undefined) {
    const weights = await parameters(); // the checkpoint was made after the last epoch
    const { predictions } = await evaluateWeights(runtime, { graph, weights }, dataset, signal);
    finished = { weights, predictions };
  }
  return { ...finished, epochs };
}

/** Makes checkpoints: always, or when `checkpointEvery` says so; never two of the same position. */
function checkpointer(
  { stepper }: Training,
  identity: RunIdentity,
  history: readonly EpochRecord[],
  { resume, checkpointEvery: every = {}, onCheckpoint }: TrainOptions,
) {
  let saved: Pick<EpochPosition, "epoch" | "step"> | undefined = resume?.progress;
  let savedAt = performance.now();
  let steps = 0;
  const always = async (position: EpochPosition) => {
    if (onCheckpoint === undefined || (saved?.epoch === position.epoch && saved.step === position.step)) return;
    const state = await stepper.read();
    checkFinite(state, position);
    await onCheckpoint({ state, progress: { format: 1, ...position, history: [...history], identity } });
    [saved, savedAt, steps] = [position, performance.now(), 0];
  };
  const whenDue = async (position: EpochPosition) => {
    steps++;
    const minutes = (performance.now() - savedAt) / 60_000;
    if (steps >= (every.steps ?? Infinity) || minutes >= (every.minutes ?? Infinity)) await always(position);
  };
  return { always, whenDue };
}

/** Evaluates on the test split in the form of the exported file, which the engine runs about twice as fast. */
async function evaluateWeights(
  runtime: Runtime,
  { graph, weights }: Model,
  dataset: Dataset,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const session = await runtime.open(writeOnnx(graph, weights));
  try {
    return await evaluate(session, graph, dataset.test, dataset, { signal });
  } finally {
    await session.release();
  }
}

/**
 * Opens a training step with the given weights; state that is not given has its first value.
 * @param seed of what is drawn at random inside the step.
 */
export function openStep(runtime: Runtime, plan: TrainingStep, weights: Weights, seed = 0): Promise<Session> {
  return runtime.open(writeOnnx(plan.graph), {
    resident: initialState(plan, weights, seed),
    next: new Map(plan.state.map(({ input, output }) => [input, output])),
  });
}

/** @throws UserError unless the checkpoint holds exactly what the step carries on. */
function wholeState({ state, fixed }: TrainingStep, saved: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const odd = state.find(({ input, shape }) => !sameShape(saved.get(input)?.shape ?? [], shape) || !saved.has(input));
  const count = state.length + fixed.length;
  if (odd === undefined && saved.size === count && fixed.every((name) => saved.has(name))) return saved;
  throw new UserError(
    `cannot resume: got a checkpoint of ${saved.size} tensors; expected ${count}${odd ? `, ${odd.input} [${odd.shape}] among them` : ""}; ` +
      "give what the run was started with",
  );
}

/** @throws UserError when a value is not finite: such a state must neither be saved nor trained on. */
function checkFinite(values: ReadonlyMap<string, Tensor>, { epoch, step, sums }: EpochPosition): void {
  for (const [name, { dtype, data }] of values) {
    if (dtype !== "float32") continue;
    let sum = 0; // of doubles, which no sum of finite float32 values leaves the range of
    for (const value of data as Float32Array) sum += value;
    if (!Number.isFinite(sum)) throw diverged(`${name} held ${sum}`, epoch, step, sums.lr);
  }
}
