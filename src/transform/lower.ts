import { attributesOf, GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import type { Target } from "../ops/op.js";
import { removeDeadNodes } from "./dead-nodes.js";
import { replay } from "./replay.js";

/**
 * Replaces the operators of the domain `senet` (gradients, training-mode normalisation) by ONNX's own.
 * This is the one place where it is decided how they are computed.
 */
export function lower(graph: Graph, target: Target = "standard"): Graph {
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph, {
    replace: (node, inputs) =>
      opOf(node.op, node.domain).lower?.(g, { inputs, attributes: attributesOf(node) }, target),
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return removeDeadNodes(g.build());
}
