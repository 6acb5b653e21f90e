import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import { differentiate } from "./differentiate.js";
import { lower, type Target } from "./lower.js";
import { trainMode } from "./train-mode.js";

/** Writes a loss: the mean over the batch as a scalar. */
export type LossRule = (g: GraphBuilder, logits: Value, labels: Value) => Value;

/** Writes how one parameter moves, from its gradient and what the optimizer remembers about it. */
export interface OptimizerRule {
  /** What is remembered for each parameter, each a tensor of its shape that starts at zero: `["momentum"]`. */
  readonly slots: readonly string[];
  readonly update: (g: GraphBuilder, step: ParameterStep) => { parameter: Value; slots: readonly Value[] };
}

/** What an optimizer sees of one parameter. */
export interface ParameterStep {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
  /** The learning rate, a scalar. */
  readonly lr: Value;
  /** False for vectors (biases, batch norm), which are not decayed. */
  readonly decay: boolean;
}

/** One value that outlives a step: it enters as `input` and leaves as `output`. */
export interface StateSlot {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  readonly kind: "parameter" | "statistic" | "optimizer";
}

/**
 * A training step as one graph of standard operators. It takes `x` [batch, C, H, W], `y` int64 [batch], `lr` and the
 * state, and gives `loss` (mean over the batch), `correct` (how many of the batch, int64) and the next state.
 */
export interface TrainingStep {
  readonly graph: Graph;
  readonly state: readonly StateSlot[];
}

/** Options of `trainingStep`. */
export interface TrainingStepOptions {
  readonly batch: number;
  readonly loss: LossRule;
  readonly optimizer: OptimizerRule;
  /** Where it will run; everywhere by default. */
  readonly target?: Target;
}

/**
 * Compiles a model into its training step: forward with batch statistics, loss, backward, update.
 * @param model a graph from one input to logits [N, classes].
 * @throws UserError when an operator between a parameter and the loss has no gradient, or the loss does not depend on one.
 */
export function trainingStep(model: Graph, { batch, loss, optimizer, target = {} }: TrainingStepOptions): TrainingStep {
  const { g, logits, labels, lossValue, gradients, statistics } = gradientGraph(model, batch, loss);
  const lr = g.input("lr", "float32", []);
  const state: StateSlot[] = [];
  const keep = (input: string, next: Value, kind: StateSlot["kind"]) => {
    const { name } = g.output(next, `next.${input}`);
    state.push({ input, output: name, shape: next.shape as readonly number[], kind });
  };
  g.output(lossValue, "loss");
  g.output(countCorrect(g, logits, labels), "correct");
  for (const [name, gradient] of gradients) {
    const parameter = g.value(name);
    const slots = optimizer.slots.map((slot) => g.input(`${slot}.${name}`, "float32", parameter.shape));
    const next = optimizer.update(g, { parameter, gradient, slots, lr, decay: parameter.shape.length > 1 });
    keep(name, next.parameter, "parameter");
    for (const [i, slot] of slots.entries()) keep(slot.name, next.slots[i]!, "optimizer");
  }
  for (const [name, next] of statistics) keep(name, next, "statistic");
  return { graph: lower(g.build(), target), state };
}

/**
 * The gradients of the mean loss as one graph: `x`, `y` and the parameters in, `loss` and `grad.<parameter>` out.
 * This is how gradients are checked against another framework.
 */
export function gradientStep(
  model: Graph,
  { batch, loss, target = {} }: Pick<TrainingStepOptions, "batch" | "loss" | "target">,
): Graph {
  const { g, lossValue, gradients } = gradientGraph(model, batch, loss);
  g.output(lossValue, "loss");
  for (const [name, gradient] of gradients) g.output(gradient, `grad.${name}`);
  return lower(g.build(), target);
}

function gradientGraph(model: Graph, batch: number, loss: LossRule) {
  const g = new GraphBuilder(`${model.name}-training`);
  const { values, state: statistics } = trainMode(g, model, batch);
  const logits = values.get(model.outputs[0]!.name)!;
  const labels = g.input("y", "int64", [batch]);
  const lossValue = loss(g, logits, labels);
  const names = [...model.parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
  const found = differentiate(
    g,
    lossValue,
    names.map((name) => g.value(name)),
  );
  const gradients = new Map(names.map((name, i) => [name, found[i] ?? unused(model, name)]));
  return { g, logits, labels, lossValue, gradients, statistics };
}

/** @throws UserError always: a parameter that nothing can teach is a mistake in the network. */
function unused(model: Graph, name: string): never {
  throw new UserError(
    `${model.name}: the loss does not depend on parameter ${name}; remove it, or connect it to the output`,
  );
}

/** How many rows of logits [N, K] have their largest entry at the label: a scalar, int64. */
function countCorrect(g: GraphBuilder, logits: Value, labels: Value): Value {
  const best = g.call("ArgMax", [logits], { axis: 1, keepdims: 0 });
  const hits = g.call("Cast", [g.call("Equal", [best, labels])], { to: 7 });
  return g.call("ReduceSum", [hits], { keepdims: 0 });
}
