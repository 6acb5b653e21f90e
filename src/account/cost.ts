import { attributesOf } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { oneExample } from "./one-example.js";

/** What one node costs for one example. */
export interface NodeCost {
  /** The node's name. */
  readonly node: string;
  readonly op: string;
  /** Multiply-accumulates. */
  readonly macs: number;
}

/**
 * The multiply-accumulates of one forward pass over one example (a batch of 1): those of convolutions, the 1×1 ones of
 * SE included, and of dense layers. Biases, normalisation, activations and pooling count nothing, as in the literature.
 * @throws ShapeError when an extent other than the batch is symbolic.
 * @example
 * ```ts
 * import { countMacs, createModel } from "senet";
 *
 * console.log(countMacs(createModel("seresnet50")) / 1e9); // 4.0916992
 * ```
 */
export function countMacs(graph: Graph): number {
  return costByNode(graph).reduce((sum, { macs }) => sum + macs, 0);
}

/**
 * What {@link countMacs} adds up: the nodes that cost something, in the order of the graph.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { costByNode } from "senet/graph";
 *
 * const [first] = costByNode(createModel("resnet20"));
 * console.log(first?.node, first?.op, first?.macs); // conv1.out Conv 442368
 * ```
 */
export function costByNode(graph: Graph): NodeCost[] {
  const { values } = oneExample(graph);
  return graph.nodes.flatMap((node) => {
    const inputs = node.inputs.map((name) => values.get(name));
    const outputs = node.outputs.flatMap((name) => values.get(name) ?? []);
    const macs = opOf(node.op, node.domain).macs({ inputs, attributes: attributesOf(node) }, outputs);
    return macs === 0 ? [] : [{ node: node.name, op: node.op, macs }];
  });
}
