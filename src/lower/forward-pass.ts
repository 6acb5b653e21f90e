import type { Graph, Node } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";

/** A training step, seen as what computes the loss and what comes after. */
export interface ForwardPass {
  /** The nodes that the loss needs, in order. */
  readonly forward: readonly Node[];
  /** All others, in order. */
  readonly backward: readonly Node[];
  readonly bytes: (name: string) => number;
  /** True for maps and weights: values that are worth not keeping. */
  isLarge(name: string): boolean;
  /** True for what is computed from parameters alone, such as reordered weights. */
  ofWeights(name: string): boolean;
  /** The node of the forward pass that computes a value. */
  maker(name: string): Node | undefined;
  /** The value itself, or the one whose memory it is another view of. */
  root(name: string): string;
  /** The last value before a node of the backward pass that depends on the logits: a gradient. */
  gradientBefore(node: Node): string | undefined;
}

/** Vectors, of images by channels at most, are smaller. */
const LARGE = 2 ** 18;

/** @param graph a lowered training step with the output `loss`. */
export function forwardPass(graph: Graph, bytes: (name: string) => number): ForwardPass {
  const needed = ancestors(graph, "loss");
  const forward = graph.nodes.filter((node) => needed.has(node));
  const backward = graph.nodes.filter((node) => !needed.has(node));
  const makers = new Map(forward.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const roots = new Map<string, string>();
  const root = (name: string) => roots.get(name) ?? name;
  const images = new Set(graph.inputs.map(({ name }) => name).filter((name) => !graph.parameters.has(name)));
  const seen = new Set(images);
  for (const node of forward) {
    const { inputs, outputs } = node;
    if (isOfKind(node, "view")) roots.set(outputs[0]!, root(inputs[0]!));
    if (inputs.some((name) => seen.has(name))) for (const name of outputs) seen.add(name);
  }
  const gradients = downstream(graph, logitsOf(graph, forward, makers));
  const order = new Map(graph.nodes.map((node, i) => [node, i]));
  return {
    forward,
    backward,
    bytes,
    isLarge: (name) => bytes(name) >= LARGE,
    ofWeights: (name) => makers.has(name) && !seen.has(name),
    maker: (name) => makers.get(name),
    root,
    gradientBefore: (node) => {
      const before = graph.nodes.slice(0, order.get(node)).findLast((each) => gradients.has(each) && !needed.has(each));
      return before?.outputs[0];
    },
  };
}

function ancestors(graph: Graph, output: string): Set<Node> {
  const names = new Set([output]);
  const found = new Set<Node>();
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    found.add(node);
    for (const name of node.inputs) names.add(name);
  }
  return found;
}

/** What the loss reads of the network. */
function logitsOf(graph: Graph, forward: readonly Node[], makers: ReadonlyMap<string, Node>): Set<string> {
  const ofLoss = (node: Node | undefined) => node !== undefined && graph.places?.get(node.name)?.layer === "loss";
  const read = forward.filter(ofLoss).flatMap(({ inputs }) => inputs);
  return new Set(read.filter((name) => makers.has(name) && !ofLoss(makers.get(name))));
}

/** The nodes that depend on one of the values and give floats that have elements. */
function downstream(graph: Graph, from: ReadonlySet<string>): Set<Node> {
  const names = new Set(from);
  const found = new Set<Node>();
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => names.has(name))) continue;
    for (const name of node.outputs) names.add(name);
    found.add(node);
  }
  return found;
}
