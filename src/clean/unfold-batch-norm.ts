import { GraphBuilder } from "../graph/builder.js";
import { extent } from "../graph/dims/shape.js";
import type { Graph, Model, Value } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { float32, type Tensor, toNumbers } from "../graph/tensor.js";
import { isOfKind } from "../ops/index.js";
import { headOf } from "../read/head.js";
import { gateParameters } from "../read/parameter-roles.js";
import { replay } from "./replay.js";

/** A convolution into which a batch norm may have been folded: it has a bias, and no batch norm behind it. */
export interface FoldedConvolution {
  /** The name of its output. */
  readonly output: string;
  readonly bias: string;
  /** What the parameters of its new batch norm begin with: `layer1.0.conv1.bn`. */
  readonly norm: string;
  readonly channels: number;
}

/** Mean and variance of each channel of a map, over images and pixels: [C]. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

const EPSILON = 1e-5;

/** The convolutions of a classifier that may have lost a batch norm: those of gates and heads have not. */
export function foldedConvolutions(graph: Graph): FoldedConvolution[] {
  const index = indexOf(graph);
  const others = new Set([...gateParameters(graph), ...headOf(graph).map(({ name }) => name)]);
  const normed = new Set(graph.nodes.flatMap(({ op, inputs }) => (op === "BatchNormalization" ? [inputs[0]!] : [])));
  const taken = new Set(graph.parameters.keys());
  return graph.nodes.flatMap(({ op, inputs: [, weight = "", bias = ""], outputs: [output] }) => {
    const folded = op === "Conv" && graph.parameters.has(weight) && graph.parameters.has(bias);
    if (!folded || others.has(weight) || normed.has(output!)) return [];
    const value = index.value(output!);
    if (value.shape.length !== 4 || isPooled(index, output!)) return [];
    const norm = freshPrefix(bias, taken);
    return [{ output: output!, bias, norm, channels: extent(value, 1) }];
  });
}

/** Whether a value is made of whole maps that were brought to one pixel, as the layers before logits are. */
function isPooled(index: GraphIndex, name: string): boolean {
  const { shape } = index.value(name);
  if (shape[2] !== 1 || shape[3] !== 1) return false;
  const node = index.maker(name);
  if (node === undefined) return false;
  return isOfKind(node, "pool", "reduce") || isPooled(index, node.inputs[0]!);
}

/** `conv1.bias` gives `conv1.bn`; a name that is taken gets a number. */
function freshPrefix(bias: string, taken: Set<string>): string {
  const stem = `${bias.replace(/\.bias$/, "")}.bn`;
  let name = stem;
  for (let n = 2; taken.has(`${name}.weight`); n++) name = `${stem}${n}`;
  taken.add(`${name}.weight`);
  return name;
}

/** A graph that gives, of a batch, mean and variance of each map: `mean.OUTPUT` and `variance.OUTPUT`, [1, C, 1, 1]. */
export function momentsGraph(graph: Graph, sites: readonly FoldedConvolution[]): Graph {
  const g = new GraphBuilder(`${graph.name}-moments`);
  const values = replay(g, graph);
  const axes = g.ints([0, 2, 3]);
  for (const { output } of sites) {
    const x = values.get(output)!;
    const mean = g.call("ReduceMean", [x, axes], { keepdims: 1 });
    const centred = g.call("Sub", [x, mean]);
    g.output(mean, `mean.${output}`);
    g.output(g.call("ReduceMean", [g.call("Mul", [centred, centred]), axes], { keepdims: 1 }), `variance.${output}`);
  }
  return g.build();
}

/**
 * Puts a batch norm behind every such convolution, in the place of its bias. Its statistics are those that were
 * measured, and its weight √(variance + ε) and bias, the mean, take them away again: at first the network computes what
 * it did, by running statistics to rounding, and by those of a batch as nearly as they are like the measured ones.
 * @param moments of the outputs, biases included, by their names.
 */
export function unfoldBatchNorm(
  { graph, weights }: Model,
  sites: readonly FoldedConvolution[],
  moments: ReadonlyMap<string, Moments>,
): Model {
  const unfolded = withBatchNorms(graph, sites);
  const known = new Map([
    ...weights,
    ...sites.flatMap((site) => normWeights(site, moments.get(site.output)!, weights.get(site.bias)!)),
  ]);
  const kept = [...unfolded.parameters.keys()].map((name) => [name, known.get(name)!] as const);
  return { graph: unfolded, weights: new Map(kept) };
}

/** The graph of {@link unfoldBatchNorm}, for which nothing need be measured. */
export function withBatchNorms(graph: Graph, sites: readonly FoldedConvolution[]): Graph {
  const byOutput = new Map(sites.map((site) => [site.output, site]));
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph, {
    replace: (node, inputs) => {
      const site = node.op === "Conv" ? byOutput.get(node.outputs[0]!) : undefined;
      if (site === undefined) return undefined;
      const [x, weight] = inputs as [Value, Value];
      const plain = g.append({ ...node, inputs: [x.name, weight.name] });
      const parameter = (name: string, value: number, trainable: boolean) =>
        g.parameter(`${site.norm}.${name}`, [site.channels], { kind: "constant", value }, trainable);
      const [scale, bias] = [parameter("weight", 1, true), parameter("bias", 0, true)];
      const [mean, variance] = [parameter("running_mean", 0, false), parameter("running_var", 1, false)];
      const given = [plain[0]!, scale, bias, mean, variance];
      return [g.call("BatchNormalization", given, { epsilon: EPSILON }, `${site.norm}.out`)];
    },
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return withoutUnused(g.build());
}

/** The values of a new batch norm. The bias it replaces is part of the measured mean. */
function normWeights({ norm, channels }: FoldedConvolution, { mean, variance }: Moments, bias: Tensor) {
  const before = toNumbers(bias);
  const vector = (name: string, of: (c: number) => number): [string, Tensor] => {
    const data = Float32Array.from({ length: channels }, (_, c) => of(c));
    return [`${norm}.${name}`, float32([channels], data)];
  };
  return [
    vector("weight", (c) => Math.sqrt(variance[c]! + EPSILON)),
    vector("bias", (c) => mean[c]!),
    vector("running_mean", (c) => mean[c]! - before[c]!),
    vector("running_var", (c) => variance[c]!),
  ];
}

/** Without the parameters that no node takes any more. */
function withoutUnused(graph: Graph): Graph {
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return { ...graph, parameters: new Map([...graph.parameters].filter(([name]) => used.has(name))) };
}
