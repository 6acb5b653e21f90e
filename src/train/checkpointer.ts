import type { Tensor } from "../graph/tensor.js";
import type { Session } from "../runtime/runtime.js";
import type { Checkpoint, RunProgress } from "./checkpoint.js";
import { diverged, type EpochPosition } from "./epoch.js";

/** When checkpoints are made inside an epoch, by whichever comes first. */
export interface CheckpointEvery {
  readonly steps?: number | undefined;
  readonly minutes?: number | undefined;
}

/** Makes the checkpoints of a run. */
export interface Checkpointer {
  /** Makes one, unless the last one is of the same position. */
  always(position: EpochPosition): Promise<void>;
  /** Makes one where it is time; called after every step. */
  whenDue(position: EpochPosition): Promise<void>;
}

/**
 * @param rest what a checkpoint holds beside the position; the history grows while the run goes on.
 * @param resumed the position of the checkpoint that the run came from.
 * @param save undefined where none are wanted.
 */
export function checkpointer(
  stepper: Session,
  rest: Pick<RunProgress, "history" | "identity">,
  resumed: EpochPosition | undefined,
  every: CheckpointEvery,
  save: ((checkpoint: Checkpoint) => Promise<void>) | undefined,
): Checkpointer {
  let last = resumed;
  let time = performance.now();
  let steps = 0;
  const always = async (position: EpochPosition) => {
    if (save === undefined || (last?.epoch === position.epoch && last.step === position.step)) return;
    const state = await stepper.read();
    checkFinite(state, position);
    await save({ state, progress: { format: 1, ...position, ...rest, history: [...rest.history] } });
    [last, time, steps] = [position, performance.now(), 0];
  };
  const whenDue = async (position: EpochPosition) => {
    steps++;
    const minutes = (performance.now() - time) / 60_000;
    const { steps: mostSteps = Number.POSITIVE_INFINITY, minutes: mostMinutes = Number.POSITIVE_INFINITY } = every;
    if (steps >= mostSteps || minutes >= mostMinutes) await always(position);
  };
  return { always, whenDue };
}

/** @throws UserError when a value is not finite: such a state must neither be saved nor trained on. */
export function checkFinite(values: ReadonlyMap<string, Tensor>, { epoch, step, sums }: EpochPosition): void {
  for (const [name, { dtype, data }] of values) {
    if (dtype !== "float32" && dtype !== "float64") continue;
    let sum = 0; // of doubles, which no sum of finite float32 values leaves the range of
    for (const value of data as Float32Array) sum += value;
    if (!Number.isFinite(sum)) throw diverged(`${name} held ${sum}`, epoch, step, sums.lr);
  }
}
