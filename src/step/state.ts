import { UserError } from "../errors.js";
import type { Weights } from "../graph/graph.js";
import { arrayType, type DType, elements, type Tensor } from "../graph/tensor.js";

/**
 * What a state slot holds before the first step: the model's weights, a number everywhere, a copy, or the seed and no
 * draw.
 */
export type SlotStart = "weights" | "seed" | { readonly fill: number } | { readonly copy: string };

/** One value that outlives a step: it enters as `input` and leaves as `output`. */
export interface StateSlot {
  readonly input: string;
  readonly output: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /**
   * `parameter` and `statistic` belong to the model; `optimizer` is what the optimizer remembers of a parameter,
   * `counter` counts updates, `gradient` is the sum over micro-batches, `average` the moving average of a weight,
   * `random` the seed and the number of draws.
   */
  readonly kind: "parameter" | "statistic" | "optimizer" | "counter" | "gradient" | "average" | "random";
  readonly start: SlotStart;
}

/** The part of a training step that is carried from one step to the next. */
export interface StatePlan {
  readonly state: readonly StateSlot[];
  /** Parameters that the step reads and never changes: frozen ones. */
  readonly fixed: readonly string[];
}

/**
 * The values of all state before the first step, by input, those that never change included.
 * @param weights the model's, and whatever other state is to begin with another value, by input.
 * @param seed of what is drawn at random inside the step.
 * @throws UserError when a weight is missing or of another shape.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 * import { initialState, planTraining } from "senet/step";
 *
 * const graph = createModel("resnet20");
 * const step = planTraining(graph, { batch: 8, optimizer: "adamw" });
 * const state = initialState(step, initialise(graph, 1));
 * console.log(state.get("exp_avg.conv1.weight")?.shape); // [ 16, 3, 3, 3 ]
 * ```
 */
export function initialState({ state, fixed }: StatePlan, weights: Weights, seed = 0): Map<string, Tensor> {
  const kept = fixed.map((name): [string, Tensor] => [name, weightOf(weights, name)]);
  return new Map([...state.map((slot): [string, Tensor] => [slot.input, firstValue(slot, weights, seed)]), ...kept]);
}

function firstValue({ input, dtype, shape, start }: StateSlot, weights: Weights, seed: number): Tensor {
  if (start === "weights" || weights.has(input)) return weightOf(weights, input, shape);
  if (start === "seed") return { dtype: "int64", shape, data: BigInt64Array.of(BigInt(seed), 0n) };
  if ("copy" in start) {
    const tensor = weightOf(weights, start.copy, shape);
    return { ...tensor, data: tensor.data.slice() } as Tensor; // a step writes into its state
  }
  if (dtype === "int64") {
    return { dtype, shape, data: new BigInt64Array(elements(shape)).fill(BigInt(start.fill)) };
  }
  const data = new (arrayType(dtype as "float32"))(elements(shape)).fill(start.fill);
  return { dtype, shape, data } as Tensor;
}

function weightOf(weights: Weights, name: string, shape?: readonly number[]): Tensor {
  const tensor = weights.get(name);
  if (tensor === undefined || (shape && tensor.shape.join() !== shape.join())) {
    const given = tensor ? `[${tensor.shape}]` : "nothing";
    throw new UserError(`weights: got ${given} for ${name}; expected a tensor${shape ? ` of shape [${shape}]` : ""}`);
  }
  return tensor;
}

/**
 * The weights that are evaluated and exported: the moving averages where the step keeps them, else the weights
 * themselves.
 * @param state values by input, as `Session.read` returns them.
 * @throws UserError when one of them is missing.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 * import { emaWeights, initialState, planTraining } from "senet/step";
 *
 * const graph = createModel("resnet20");
 * const step = planTraining(graph, { batch: 8, ema: { decay: 0.99 } });
 * const averages = emaWeights(step, initialState(step, initialise(graph, 1)));
 * console.log(averages.size === graph.parameters.size); // true
 * ```
 */
export function emaWeights(
  { state: slots, fixed }: StatePlan,
  state: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> {
  const averages = new Map(
    slots.flatMap(({ kind, input, start }) => (kind === "average" ? [[copied(start), input]] : [])),
  );
  const own = slots.flatMap(({ kind, input }) => (kind === "parameter" || kind === "statistic" ? [input] : []));
  return new Map([...own, ...fixed].map((name) => [name, weightOf(state, averages.get(name) ?? name)]));
}

function copied(start: SlotStart): string {
  return typeof start === "object" && "copy" in start ? start.copy : "";
}
