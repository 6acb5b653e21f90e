import type { GraphBuilder } from "../graph/builder.js";
import { extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import type { Labels, LossRule } from "../step/gradient-step.js";

/** Options of the losses. */
export interface LossOptions {
  /** ε: every label is given the weight 1 − ε, and ε is spread evenly over all classes. */
  readonly smoothing?: number | undefined;
}

/**
 * Softmax cross-entropy, the mean over the batch of −Σ target·log p, with label smoothing as in Szegedy et al. 2015,
 * arXiv:1512.00567, §7. Of mixed labels each is smoothed, as timm's mixup_target does.
 * @returns a rule from logits [N, K] and labels to a scalar.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, sgd, trainingStep } from "senet/step";
 *
 * const loss = crossEntropy({ smoothing: 0.1 });
 * const { graph } = trainingStep(createModel("resnet20"), { batch: 8, loss, optimizer: sgd() });
 * console.log(graph.outputs[0]?.name); // loss
 * ```
 */
export function crossEntropy({ smoothing = 0 }: LossOptions = {}): LossRule {
  return (g, logits, labels) => {
    const log = g.call("LogSoftmax", [logits], { axis: 1 });
    const target = targets(g, labels, extent(logits, 1), smoothing);
    const picked = g.call("ReduceSum", [g.call("Mul", [log, target])], { keepdims: 0 });
    return g.call("Mul", [picked, g.scalar(-1 / extent(logits, 0))]);
  };
}

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Targets above this become 1 and the others 0. */
  readonly targetThreshold?: number | undefined;
}

/**
 * Binary cross-entropy of every class for itself, the mean over batch and classes of ln(1 + eˣ) − target·x, the loss of
 * Wightman et al. 2021, arXiv:2110.00476, §2; options and meaning as in timm's BinaryCrossEntropy.
 * @returns a rule from logits [N, K] and labels to a scalar.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { binaryCrossEntropy, lamb, trainingStep } from "senet/step";
 *
 * const loss = binaryCrossEntropy({ smoothing: 0.1, targetThreshold: 0.2 });
 * const { graph } = trainingStep(createModel("resnet20"), { batch: 8, loss, optimizer: lamb() });
 * console.log(graph.outputs[0]?.name); // loss
 * ```
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): LossRule {
  const { smoothing = 0, targetThreshold } = options;
  return (g, logits, labels) => {
    const soft = targets(g, labels, extent(logits, 1), smoothing);
    const target = targetThreshold === undefined ? soft : above(g, soft, targetThreshold);
    const each = g.call("Sub", [g.call("Softplus", [logits]), g.call("Mul", [target, logits])]);
    const sum = g.call("ReduceSum", [each], { keepdims: 0 });
    return g.call("Mul", [sum, g.scalar(1 / (extent(logits, 0) * extent(logits, 1)))]);
  };
}

/** The target distribution of every image, float32 [N, classes]: mix·oneHot(y) + (1 − mix)·oneHot(y2), smoothed. */
function targets(g: GraphBuilder, { y, mixed }: Labels, classes: number, smoothing: number): Value {
  const one = oneHot(g, y, classes);
  const hard = mixed === undefined ? one : blend(g, one, oneHot(g, mixed.y2, classes), mixed.mix);
  if (smoothing === 0) return hard;
  const scaled = g.call("Mul", [hard, g.scalar(1 - smoothing)]);
  return g.call("Add", [scaled, g.scalar(smoothing / classes)]);
}

/** weight·a + (1 − weight)·b with one weight [N] for every row. */
function blend(g: GraphBuilder, a: Value, b: Value, weight: Value): Value {
  const column = g.call("Reshape", [weight, g.ints([-1, 1])]);
  const rest = g.call("Sub", [g.scalar(1), column]);
  return g.call("Add", [g.call("Mul", [a, column]), g.call("Mul", [b, rest])]);
}

/** 1 where x is above the threshold, else 0. */
function above(g: GraphBuilder, x: Value, threshold: number): Value {
  return g.cast(g.call("Greater", [x, g.scalar(threshold)]), "float32");
}

/** Labels int64 [N] as rows of zeros with a one: float32 [N, classes]. */
function oneHot(g: GraphBuilder, labels: Value, classes: number): Value {
  const column = g.call("Reshape", [labels, g.ints([-1, 1])]);
  const numbers = g.ints(Array.from({ length: classes }, (_, k) => k));
  return g.cast(g.call("Equal", [column, numbers]), "float32");
}
