import type { GraphBuilder } from "../graph/builder.js";
import type { Node, Value } from "../graph/graph.js";
import { opOf } from "../ops/index.js";

/** The first output of a node of ONNX's own that lies in a file of an older opset, appended as the reader does. */
export function upgraded(g: GraphBuilder, node: Omit<Node, "name" | "domain" | "outputs">, opset: number): Value {
  const named = { ...node, name: "node", domain: "", outputs: ["node"] };
  return g.append(opOf(node.op, "").upgrade?.(g, named, opset) ?? named)[0]!;
}
