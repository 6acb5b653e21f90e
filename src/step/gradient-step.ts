import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { formatShape } from "../graph/dims/shape.js";
import { forwardPlaces } from "../graph/forward-places.js";
import type { Graph, Value } from "../graph/graph.js";
import { lower, type Target } from "../lower/lower.js";
import { differentiate } from "./differentiate.js";
import { RandomBits } from "./random-bits.js";
import { withStepNames } from "./step-names.js";
import { type TrainModeOptions, trainMode } from "./train-mode.js";
import { zerosLike } from "./zeros-like.js";

/** What the images of a batch are labelled with. */
export interface Labels {
  /** int64 [N]. */
  readonly y: Value;
  /** Where images are mixed: the other label, int64 [N], and the weight of `y`, float32 [N]. */
  readonly mixed?: { readonly y2: Value; readonly mix: Value } | undefined;
}

/** Writes a loss of logits [N, classes]: the mean over the batch as a scalar. */
export type LossRule = (g: GraphBuilder, logits: Value, labels: Labels) => Value;

/** Options of {@link gradientStep}. */
export interface GradientStepOptions {
  readonly batch: number;
  readonly loss: LossRule;
  /** `eval`: running statistics are used and kept. `train`, the default: those of the batch. */
  readonly mode?: TrainModeOptions["mode"];
  /**
   * True: dropout drops in `train` mode, by the input `random`, int64 [2]: a seed and a count. It is off by default.
   */
  readonly dropout?: boolean | undefined;
  /** Where it will run; everywhere by default. */
  readonly target?: Target | undefined;
}

/** The gradients of a model as a graph. */
export interface GradientStep {
  readonly graph: Graph;
  /** Parameters that the loss does not depend on: their gradients are zeros. */
  readonly unused: readonly string[];
}

/**
 * The gradients of the mean loss as one graph: `x`, `y` and the parameters in, `loss` and `grad.<parameter>` out, one
 * for every trainable parameter. This is how gradients are checked against another framework. While training, an output
 * called `aux` is an auxiliary classifier: its loss counts too.
 * @param model a graph from one input to logits [N, classes].
 * @throws UserError when an operator between a parameter and the loss has no gradient.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, gradientStep } from "senet/step";
 *
 * const { graph } = gradientStep(createModel("resnet20"), { batch: 8, loss: crossEntropy(), mode: "train" });
 * console.log(graph.outputs.slice(0, 2).map(({ name }) => name)); // [ 'loss', 'grad.conv1.weight' ]
 * ```
 */
export function gradientStep(
  model: Graph,
  { batch, loss, mode, dropout, target = {} }: GradientStepOptions,
): GradientStep {
  const wanted = [...model.parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
  const { g, lossValue, gradients } = gradientGraph(model, { batch, loss, mode, dropout, wanted });
  g.output(lossValue, "loss");
  const unused = wanted.filter((name) => !gradients.has(name));
  for (const name of wanted) g.output(gradients.get(name) ?? zerosLike(g, g.value(name)), `grad.${name}`);
  return { graph: lower(g.build(), target), unused };
}

/** What {@link gradientGraph} is made from. */
export interface GradientGraphOptions extends Omit<TrainModeOptions, "random"> {
  readonly batch: number;
  readonly loss: LossRule;
  /** The parameters to differentiate for. */
  readonly wanted: readonly string[];
  /** True where the labels of every image are two, with a weight. */
  readonly mixed?: boolean | undefined;
  /** The gradients are those of the loss over this many batches of which this is one. */
  readonly parts?: number | undefined;
  /** True: dropout drops, by random state that the graph takes. */
  readonly dropout?: boolean | undefined;
}

/** A model with its loss and gradients, and the builder to go on with. */
export interface GradientGraph {
  readonly g: GraphBuilder;
  readonly logits: Value;
  readonly labels: Labels;
  readonly lossValue: Value;
  /** By parameter; none for those that the loss does not depend on. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** The next values of running statistics. */
  readonly statistics: ReadonlyMap<string, Value>;
  /** What the random state becomes; undefined where nothing was drawn. */
  readonly random: Value | undefined;
}

/**
 * What the loss of an auxiliary classifier counts beside the network's own.
 * Source: torchvision's training of Inception v3.
 */
const AUXILIARY = 0.4;

/** Writes a model, its loss and the gradients of the wanted parameters into a new builder. */
export function gradientGraph(given: Graph, options: GradientGraphOptions): GradientGraph {
  const { batch, loss, wanted, mixed = false, parts = 1, dropout = false } = options;
  const renamed = withStepNames(given);
  const model = { ...renamed, places: forwardPlaces(renamed) };
  checkBatch(model, batch);
  const g = new GraphBuilder(`${model.name}-training`);
  const bits = new RandomBits(g);
  const random = dropout ? bits.draw : undefined;
  const { values, state: statistics } = trainMode(g, model, batch, { ...options, random });
  const logits = values.get(model.outputs[0]!.name)!;
  checkLogits(model, logits, batch);
  const labels = labelInputs(g, batch, mixed);
  const [, ...besides] = options.mode === "eval" ? [] : model.outputs;
  const aux = values.get(besides.find(({ name }) => name === "aux")?.name ?? "");
  const lossValue = g.within({ phase: "forward", layer: "loss" }, () => {
    const own = loss(g, logits, labels);
    return aux === undefined ? own : g.call("Add", [own, g.call("Mul", [loss(g, aux, labels), g.scalar(AUXILIARY)])]);
  });
  const part = parts === 1 ? lossValue : g.call("Mul", [lossValue, g.scalar(1 / parts)]);
  const parameters = wanted.map((name) => g.value(name));
  const found = differentiate(g, part, parameters);
  const gradients = new Map(wanted.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]]])));
  return { g, logits, labels, lossValue, gradients, statistics, random: bits.used ? bits.next() : undefined };
}

function labelInputs(g: GraphBuilder, batch: number, mixed: boolean): Labels {
  const y = g.input("y", "int64", [batch]);
  if (!mixed) return { y };
  return { y, mixed: { y2: g.input("y2", "int64", [batch]), mix: g.input("mix", "float32", [batch]) } };
}

/** @throws UserError when the file was exported for another batch size. */
function checkBatch(model: Graph, batch: number): void {
  const [fixed] = model.inputs[0]!.shape;
  if (typeof fixed === "number" && fixed !== batch) {
    throw new UserError(
      `${model.name}: got batch ${batch}; expected ${fixed}, which the file is fixed to; export it with a symbolic batch`,
    );
  }
}

/** @throws UserError when the model gives anything but a row of logits for every image. */
function checkLogits({ name }: Graph, logits: Value, batch: number): void {
  const { dtype, shape } = logits;
  if (dtype !== "float32" || shape.length !== 2 || shape[0] !== batch) {
    throw new UserError(
      `${name}: got the output ${logits.name}, ${dtype} ${formatShape(shape)}; expected logits, float32 [${batch}, classes]; ` +
        "train a classifier, its logits first among the outputs",
    );
  }
}
