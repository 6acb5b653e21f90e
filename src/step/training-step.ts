import { withOutputNames } from "../clean/output-names.js";
import { UserError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import { layerOf } from "../graph/forward-places.js";
import type { Graph, Value } from "../graph/graph.js";
import { lower, type Target } from "../lower/lower.js";
import { recompute } from "../lower/recompute.js";
import { type Clip, clipGradients } from "./clip-gradients.js";
import { type GradientGraph, gradientGraph, type Labels, type LossRule } from "./gradient-step.js";
import type { OptimizerRule } from "./optimizer-rule.js";
import { type GroupOptions, type ParameterSetting, parameterSettings } from "./parameter-groups.js";
import type { StatePlan, StateSlot } from "./state.js";
import { StateWriter } from "./state-writer.js";
import { averageWeights, type WeightAverage } from "./weight-average.js";

/**
 * A training step as one graph of standard operators. It takes `x` [batch, C, H, W], `y` int64 [batch], `lr` and the
 * state, and gives `loss` (mean over the batch), `correct` (how many of the batch, int64) and the next state. Options
 * add inputs: `y2` int64 [batch] and `mix` float32 [batch] (mixed labels), `momentum` (where a schedule moves it),
 * `apply` bool (accumulated gradients), and the output `gradNorm` (before clipping by norm).
 */
export interface TrainingStep extends StatePlan {
  readonly graph: Graph;
  /** Parameters that the loss does not depend on; they stay as they are. */
  readonly unused: readonly string[];
}

/** A training step that is not written for an engine yet: what it carries on is known, how it is computed is not. */
export interface StepDraft extends StatePlan {
  readonly unused: readonly string[];
  /** Writes the step for where it will run, everywhere by default; as often as asked. */
  write(target?: Target): TrainingStep;
}

/** Options of `trainingStep`. */
export interface TrainingStepOptions extends Omit<GroupOptions, "weightDecay"> {
  readonly batch: number;
  readonly loss: LossRule;
  readonly optimizer: OptimizerRule;
  /** Where it will run; everywhere by default. */
  readonly target?: Target | undefined;
  /** True: an image has the labels `y` with weight `mix` and `y2` with weight 1 − `mix`. */
  readonly mixed?: boolean | undefined;
  /** True: the optimizer's momentum (β₁ of Adam) is an input. */
  readonly momentumInput?: boolean | undefined;
  /**
   * Micro-batches whose gradients are averaged before parameters move, 1 by default. With more, the boolean input
   * `apply` says that this is the last one; without it, parameters and the optimizer's memory stay, to the bit.
   */
  readonly accumulate?: number | undefined;
  readonly clip?: Clip | undefined;
  readonly ema?: WeightAverage | undefined;
  /**
   * Batch norms that use and keep their running statistics: all, or those with a parameter a pattern fits; when left
   * out, those that `learn` leaves nothing to learn in.
   */
  readonly frozenBatchNorm?: boolean | string | readonly string[] | undefined;
  /** Parameters that the loss does not depend on are an error by default, or are kept as they are. */
  readonly unused?: "error" | "keep" | undefined;
}

/**
 * Compiles a model into its training step: forward with batch statistics, loss, backward, update.
 * @param model a graph from one input to logits [N, classes].
 * @throws UserError when an operator between a parameter and the loss has no gradient, or the loss does not depend on
 *   one.
 * @example
 * ```ts
 * import { createModel, writeOnnx } from "senet";
 * import { crossEntropy, sgd, trainingStep } from "senet/step";
 *
 * const { graph, state } = trainingStep(createModel("resnet20"), { batch: 8, loss: crossEntropy(), optimizer: sgd() });
 * console.log(state[0]?.input, state[0]?.output); // conv1.weight next.conv1.weight
 * const onnx = writeOnnx(graph); // trains in any ONNX Runtime
 * ```
 */
export function trainingStep(model: Graph, { target, ...options }: TrainingStepOptions): TrainingStep {
  return draftStep(model, options).write(target);
}

/** All of {@link trainingStep} but how an engine computes it. @throws UserError as it does. */
export function draftStep(model: Graph, options: Omit<TrainingStepOptions, "target">): StepDraft {
  const { optimizer, accumulate, learn, groups, layerDecay } = options;
  const settings = parameterSettings(model, { learn, groups, layerDecay, weightDecay: optimizer.weightDecay });
  const wanted = [...settings].flatMap(([name, { frozen }]) => (frozen ? [] : [name]));
  const partly = learn !== undefined && ![learn].flat().includes("*");
  const learning = partly ? new Set(wanted) : undefined;
  const made = gradientGraph(model, { ...options, wanted, learning, parts: accumulate, dropout: true });
  const unused = wanted.filter((name) => !made.gradients.has(name));
  if (unused.length > 0 && options.unused !== "keep") refuseUnused(model, unused);
  const state = writeUpdate(model, made, settings, options);
  const renewed = new Set(state.map(({ input }) => input));
  const fixed = [...model.parameters.keys()].filter((name) => !renewed.has(name));
  const graph = made.g.build();
  const write = (target: Target = {}): TrainingStep => {
    const lowered = withOutputNames(lower(graph, target));
    return { graph: target.recompute ? recompute(lowered) : lowered, state, fixed, unused };
  };
  return { state, fixed, unused, write };
}

/** Goes on from the gradients: what the step gives, and all state that leaves it. */
function writeUpdate(
  model: Graph,
  { g, logits, labels, lossValue, gradients, statistics, random }: GradientGraph,
  settings: Update["settings"],
  { optimizer, accumulate = 1, clip, ema, momentumInput }: TrainingStepOptions,
): StateSlot[] {
  const lr = g.input("lr", "float32", []);
  const momentum = momentumInput ? g.input("momentum", "float32", []) : undefined;
  const writer = new StateWriter(g, accumulate > 1 ? g.input("apply", "bool", []) : undefined);
  g.output(lossValue, "loss");
  g.output(countCorrect(g, logits, labels), "correct");
  const { clipped, norm } = clipGradients(g, model, accumulated(writer, gradients), clip);
  if (norm !== undefined) g.output(norm, "gradNorm");
  const next = update(writer, { optimizer, settings, gradients: clipped, lr, momentum });
  for (const [name, value] of statistics) writer.leave(name, value, { kind: "statistic", start: "weights" });
  if (ema !== undefined) averageWeights(writer, new Map([...next, ...statistics]), ema);
  if (random !== undefined) writer.leave("random", random, { kind: "random", start: "seed" });
  writer.close();
  return writer.state;
}

/** The gradients of all micro-batches so far, where there are several. */
function accumulated(writer: StateWriter, gradients: ReadonlyMap<string, Value>): Map<string, Value> {
  const { g, apply } = writer;
  if (apply === undefined) return new Map(gradients);
  return new Map(
    [...gradients].map(([name, gradient]) => {
      const before = writer.enter(`gradient.${name}`, "float32", concrete(gradient));
      const sum = g.call("Add", [before, gradient]);
      const rest = g.call("Where", [apply, g.scalar(0), sum]);
      writer.leave(before.name, rest, { kind: "gradient", start: { fill: 0 } });
      return [name, sum];
    }),
  );
}

interface Update {
  readonly optimizer: OptimizerRule;
  readonly settings: ReadonlyMap<string, ParameterSetting>;
  readonly gradients: ReadonlyMap<string, Value>;
  readonly lr: Value;
  readonly momentum: Value | undefined;
}

/** Moves every parameter. @returns the next values by name. */
function update(writer: StateWriter, { optimizer, settings, gradients, lr, momentum }: Update): Map<string, Value> {
  const { g } = writer;
  const count = optimizer.counts ? writer.updates().next : undefined;
  const move = optimizer.begin(g, { gradients: [...gradients.values()], momentum, count });
  const next = new Map<string, Value>();
  for (const [name, gradient] of gradients) {
    const { lrScale, weightDecay } = settings.get(name)!;
    const parameter = g.value(name);
    const slots = optimizer.slots.map(({ name: slot }) =>
      writer.enter(`${slot}.${name}`, "float32", concrete(parameter)),
    );
    const scaled = lrScale === 1 ? lr : g.call("Mul", [lr, g.scalar(lrScale)]);
    const place = { phase: "update", layer: layerOf(name) } as const;
    const moved = g.within(place, () => move({ parameter, gradient, slots, lr: scaled, weightDecay }));
    const kept = writer.leave(name, moved.parameter, { kind: "parameter", start: "weights", gated: true });
    next.set(name, kept);
    for (const [i, { start = 0 }] of optimizer.slots.entries()) {
      writer.leave(slots[i]!.name, moved.slots[i]!, { kind: "optimizer", start: { fill: start }, gated: true });
    }
  }
  return next;
}

/** @throws UserError always: a parameter that nothing can teach is a mistake in the network, unless it is meant. */
function refuseUnused(model: Graph, names: readonly string[]): never {
  const others = names.length > 1 ? ` (and ${names.length - 1} more)` : "";
  throw new UserError(
    `${model.name}: the loss does not depend on parameter ${names[0]}${others}; remove it, connect it to the output, ` +
      'or keep it as it is with unused "keep"',
  );
}

/** How many rows of logits [N, K] have their largest entry at the label: a scalar, int64. */
function countCorrect(g: GraphBuilder, logits: Value, { y }: Labels): Value {
  const best = g.call("ArgMax", [logits], { axis: 1, keepdims: 0 });
  const hits = g.cast(g.call("Equal", [best, y]), "int64");
  return g.call("ReduceSum", [hits], { keepdims: 0 });
}
