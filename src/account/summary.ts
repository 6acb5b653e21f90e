import { concrete } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";
import { gateNodes } from "../read/gate-nodes.js";
import { oneExample } from "./one-example.js";
import { type NodeProfile, type Profile, profile } from "./profile.js";

/** One layer of a network: what has parameters or costs multiply-accumulates, or takes pixels together. */
export interface LayerSummary {
  /** `layer1.0.conv1`. */
  readonly name: string;
  /** The operator: `Conv`, `BatchNormalization`, `MaxPool`. */
  readonly kind: string;
  /** What it puts out for one example, without the batch: [C, H, W], or [features]. */
  readonly output: readonly number[];
  /** Trainable parameters that it is the first to read. */
  readonly params: number;
  /** Multiply-accumulates for one example. */
  readonly macs: number;
  /** Whether it computes a gate, as the layers of attention blocks do. */
  readonly attention: boolean;
}

/** A network at a glance. */
export interface Summary {
  readonly name: string;
  /** What it takes for one example, without the batch: [C, H, W]. */
  readonly input: readonly number[];
  readonly layers: readonly LayerSummary[];
  /** Trainable parameters, and multiply-accumulates for one example. */
  readonly params: number;
  readonly macs: number;
  /** What of both computes gates: the blocks' share, whoever wrote the network. */
  readonly attention: Pick<Profile, "params" | "macs">;
}

/**
 * Lists the layers of a network with the shapes of their outputs, their parameters and what they cost, without running
 * it. `formatSummary` makes a table of it.
 * @throws ShapeError when an extent other than the batch is symbolic.
 * @example
 * ```ts
 * import { createModel, summary } from "senet";
 *
 * const { layers, params, attention } = summary(createModel("seresnet20"));
 * const { name, kind, output } = layers[0]!;
 * console.log(name, kind, output); // conv1 Conv [ 16, 32, 32 ]
 * console.log(params, attention.params); // 274847 2373
 * ```
 */
export function summary(graph: Graph): Summary {
  const { params, macs, nodes } = profile(graph);
  const gates = gateNodes(graph);
  const { values } = oneExample(graph);
  const sizes = (name: string) => concrete(values.get(name)!).slice(1);
  const layers = graph.nodes.flatMap((node, i): LayerSummary[] => {
    const { params, macs } = nodes[i]!;
    const attention = gates.has(node.name);
    if (params === 0 && macs === 0 && (attention || !isOfKind(node, "pool"))) return [];
    const output = sizes(node.outputs[0]!);
    return [{ name: node.name.replace(/\.out$/, ""), kind: node.op, output, params, macs, attention }];
  });
  const input = sizes(graph.inputs[0]!.name);
  return { name: graph.name, input, layers, params, macs, attention: attentionOf(graph, nodes) };
}

/** What of a network's parameters and multiply-accumulates computes gates. @param nodes its profile. */
export function attentionOf(graph: Graph, nodes: readonly NodeProfile[]): Summary["attention"] {
  const gates = gateNodes(graph);
  const sum = (of: "params" | "macs") =>
    nodes.reduce((total, node) => total + (gates.has(node.node) ? node[of] : 0), 0);
  return { params: sum("params"), macs: sum("macs") };
}
