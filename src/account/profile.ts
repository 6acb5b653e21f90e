import { attributesOf } from "../graph/builder.js";
import { concrete, formatShape } from "../graph/dims/shape.js";
import type { Graph, Value } from "../graph/graph.js";
import { bytesPerElement, elements } from "../graph/tensor.js";
import { opOf } from "../ops/index.js";
import { oneExample } from "./one-example.js";

/** What one node takes, for one example. */
export interface NodeProfile {
  readonly node: string;
  readonly op: string;
  /** `[1, 64, 112, 112]`: the shape of its first output. */
  readonly output: string;
  /** Elements of the trainable parameters that it is the first to read. */
  readonly params: number;
  /** Multiply-accumulates of convolutions and dense layers. */
  readonly macs: number;
  /** Elements of its first output. */
  readonly elements: number;
}

/** What a network takes, for one example. */
export interface Profile {
  readonly params: number;
  readonly macs: number;
  /** Elements that convolutions and dense layers put out, as timm and fvcore count activations. */
  readonly activations: number;
  readonly memory: {
    /** Of parameters and running statistics as float32. */
    readonly weightBytes: number;
    /** The most that is alive at once in the order of the graph, nothing being reused; weights not counted. */
    readonly activationBytes: number;
  };
  readonly nodes: readonly NodeProfile[];
}

/**
 * Measures a graph without running it, with one example as the batch.
 * @throws ShapeError when an extent other than the batch is symbolic.
 * @example
 * ```ts
 * import { createModel, profile } from "senet";
 *
 * const { params, macs, memory } = profile(createModel("seresnet50"));
 * console.log(params, macs, memory.weightBytes); // 28088024 4091699200 112564576
 * ```
 */
export function profile(graph: Graph): Profile {
  const { values } = oneExample(graph);
  const seen = new Set<string>();
  const nodes = graph.nodes.map((node): NodeProfile => {
    const inputs = node.inputs.map((name) => values.get(name));
    const outputs = node.outputs.flatMap((name) => values.get(name) ?? []);
    const fresh = node.inputs.filter((name) => graph.parameters.get(name)?.trainable && !seen.has(name));
    for (const name of fresh) seen.add(name);
    return {
      node: node.name,
      op: node.op,
      output: formatShape(outputs[0]!.shape),
      params: fresh.reduce((sum, name) => sum + elements(graph.parameters.get(name)!.shape), 0),
      macs: opOf(node.op, node.domain).macs({ inputs, attributes: attributesOf(node) }, outputs),
      elements: elements(concrete(outputs[0]!)),
    };
  });
  const total = (of: (node: NodeProfile) => number) => nodes.reduce((sum, node) => sum + of(node), 0);
  const stored = [...graph.parameters.values()].reduce((sum, { shape }) => sum + elements(shape), 0);
  return {
    params: [...graph.parameters.values()].reduce((sum, p) => sum + (p.trainable ? elements(p.shape) : 0), 0),
    macs: total(({ macs }) => macs),
    activations: total(({ macs, elements }) => (macs > 0 ? elements : 0)),
    memory: { weightBytes: 4 * stored, activationBytes: peakBytes(graph, values) },
    nodes,
  };
}

/** The largest sum of what is alive while a node runs: what it reads, what it writes, and what is still to be read. */
function peakBytes(graph: Graph, values: ReadonlyMap<string, Value>): number {
  const lastUse = new Map<string, number>();
  for (const [i, { inputs }] of graph.nodes.entries()) for (const name of inputs) lastUse.set(name, i);
  for (const { name } of graph.outputs) lastUse.set(name, graph.nodes.length);
  const bytes = (name: string) => {
    const value = values.get(name);
    return value === undefined ? 0 : elements(concrete(value)) * bytesPerElement(value.dtype);
  };
  let alive = graph.inputs.reduce((sum, { name }) => sum + bytes(name), 0);
  let peak = alive;
  const computed = new Set(graph.inputs.map(({ name }) => name));
  for (const [i, { inputs, outputs }] of graph.nodes.entries()) {
    for (const name of outputs) {
      alive += bytes(name);
      computed.add(name);
    }
    peak = Math.max(peak, alive);
    for (const name of new Set([...inputs, ...outputs])) {
      if (computed.has(name) && (lastUse.get(name) ?? i) === i) alive -= bytes(name);
    }
  }
  return peak;
}
