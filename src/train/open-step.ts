import { UserError } from "../errors.js";
import { sameShape } from "../graph/dims/shape.js";
import type { Weights } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import type { Tensor } from "../graph/tensor.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { initialState } from "../step/state.js";
import type { TrainingStep } from "../step/training-step.js";

/** What `openStep` opens. */
export interface OpenStepOptions {
  readonly runtime: Runtime;
  readonly step: TrainingStep;
  /** Where training starts; state that is not among them has its first value. */
  readonly weights: Weights;
  /** Of what is drawn at random inside the step (0 by default). */
  readonly seed?: number;
  /** True: the engine takes over the weights' memory, which saves a copy where they are not used afterwards. */
  readonly takeOver?: boolean;
}

/**
 * Opens a training step at its first state.
 * @example
 * ```ts
 * import { createModel, float32, floatsOf, initialise, int64 } from "senet";
 * import { nodeRuntime } from "senet/node";
 * import { openStep, planTraining } from "senet/step";
 *
 * const graph = createModel("resnet20");
 * const runtime = nodeRuntime();
 * const session = await openStep({ runtime, step: planTraining(graph, { batch: 2 }), weights: initialise(graph, 1) });
 * const batch = { x: float32([2, 3, 32, 32], new Float32Array(2 * 3 * 32 * 32)), y: int64([2], [0, 1]) };
 * const losses: number[] = [];
 * for (let i = 0; i < 3; i++) {
 *   const { loss } = await session.run({ ...batch, lr: float32([], [0.01]) });
 *   losses.push(...floatsOf(loss));
 * }
 * await runtime.close();
 * console.log(losses.length); // 3
 * ```
 */
export function openStep({ runtime, step, weights, seed = 0, takeOver = false }: OpenStepOptions): Promise<Session> {
  return open(runtime, step, initialState(step, weights, seed), takeOver);
}

/**
 * Opens a training step with all of its state, as `Session.read` gave it.
 * @throws UserError unless that is exactly what the step carries on.
 */
export async function reopenStep(
  runtime: Runtime,
  plan: TrainingStep,
  saved: ReadonlyMap<string, Tensor>,
): Promise<Session> {
  const odd = plan.state.find(({ input, dtype, shape }) => {
    const tensor = saved.get(input);
    return tensor?.dtype !== dtype || !sameShape(tensor.shape, shape);
  });
  const missing = odd?.input ?? plan.fixed.find((name) => !saved.has(name));
  const expected = plan.state.length + plan.fixed.length;
  if (missing === undefined && saved.size === expected) return open(runtime, plan, saved);
  throw new UserError(
    `cannot resume: got a checkpoint of ${saved.size} tensors; expected ${expected}` +
      `${missing === undefined ? "" : `, ${missing}${odd ? ` [${odd.shape}]` : ""} among them`}; ` +
      "give what the run was started with",
  );
}

function open(
  runtime: Runtime,
  plan: TrainingStep,
  state: ReadonlyMap<string, Tensor>,
  takeOver = false,
): Promise<Session> {
  return runtime.open(writeOnnx(plan.graph), {
    resident: state,
    takeOver,
    next: new Map(plan.state.map(({ input, output }) => [input, output])),
  });
}
