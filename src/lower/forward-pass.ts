import { concrete } from "../graph/dims/shape.js";
import type { Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { bytesPerElement, elements } from "../graph/tensor.js";
import { isOfKind } from "../ops/index.js";

/** A training step, seen as what computes the loss and what comes after. */
export interface ForwardPass {
  /** The nodes that the loss needs, in order. */
  readonly forward: readonly Node[];
  /** All others, in order. */
  readonly backward: readonly Node[];
  /** What a value takes in memory; 0 for an input that is left out. */
  bytes(name: string): number;
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
export function forwardPass(graph: Graph): ForwardPass {
  const index = indexOf(graph);
  const needed = index.ancestors("loss");
  const forward = graph.nodes.filter((node) => needed.has(node));
  const roots = rootsOf(forward);
  const ofImages = index.dependents(graph.inputs.map(({ name }) => name).filter((name) => !graph.parameters.has(name)));
  const ofLogits = index.dependents(logitsOf(index, forward));
  const bytes = (name: string) => (name === "" ? 0 : bytesOf(index, name));
  const maker = (name: string) => {
    const node = index.maker(name);
    return node !== undefined && needed.has(node) ? node : undefined;
  };
  return {
    forward,
    backward: graph.nodes.filter((node) => !needed.has(node)),
    bytes,
    isLarge: (name) => bytes(name) >= LARGE,
    ofWeights: (name) => maker(name) !== undefined && !ofImages.has(name),
    maker,
    root: (name) => roots.get(name) ?? name,
    gradientBefore: (node) => {
      const isGradient = (each: Node) => !needed.has(each) && each.inputs.some((name) => ofLogits.has(name));
      return graph.nodes.slice(0, graph.nodes.indexOf(node)).findLast(isGradient)?.outputs[0];
    },
  };
}

function bytesOf(index: GraphIndex, name: string): number {
  const value = index.value(name);
  return elements(concrete(value)) * bytesPerElement(value.dtype);
}

/** Of values that are views of others, the values whose memory they see. */
function rootsOf(forward: readonly Node[]): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const node of forward) {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    if (isOfKind(node, "view")) roots.set(to, roots.get(from) ?? from);
  }
  return roots;
}

/** What the loss reads of the network. */
function logitsOf(index: GraphIndex, forward: readonly Node[]): string[] {
  const ofLoss = (node: Node) => index.graph.places?.get(node.name)?.layer === "loss";
  const read = forward.filter(ofLoss).flatMap(({ inputs }) => inputs);
  return read.filter((name) => {
    const node = index.maker(name);
    return node !== undefined && !ofLoss(node);
  });
}
