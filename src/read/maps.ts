import { attributesOf } from "../graph/builder.js";
import type { Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { perGraph } from "../graph/per-graph.js";

/** True for a computed map with a batch, channels, rows and columns, in whichever order. */
export function isMap(index: GraphIndex, value: string): boolean {
  return index.isComputed(value) && index.value(value).shape.length === 4;
}

/** True for a value that depends on the graph's inputs and holds numbers, not shapes. */
export function isData(index: GraphIndex, value: string): boolean {
  return index.isComputed(value) && index.value(value).dtype === "float32";
}

/** Those inputs of a node that are data: see {@link isData}. */
export function dataInputs(index: GraphIndex, node: Node): string[] {
  return node.inputs.filter((name) => isData(index, name));
}

/** The axis of a map that counts its channels: 1, or 3 between the transpositions that TensorFlow's exporters write. */
export function channelAxis(index: GraphIndex, map: string): 1 | 3 {
  return channelsLast(index.graph).has(map) ? 3 : 1;
}

/** The values whose channels are their last axis. */
const channelsLast: (graph: Graph) => ReadonlySet<string> = perGraph((graph) => {
  const index = indexOf(graph);
  const found = new Set<string>();
  const isLast = (node: Node) => {
    if (node.op === "Transpose") return turnsLast(node) && !found.has(node.inputs[0]!);
    const maps = node.inputs.filter((name) => isMap(index, name));
    return maps.length > 0 && node.op !== "Conv" && maps.every((name) => found.has(name));
  };
  for (const node of graph.nodes) if (isLast(node)) for (const name of node.outputs) found.add(name);
  return found;
});

/** True for a transposition from [N, C, H, W] to [N, H, W, C]. */
function turnsLast(node: Node): boolean {
  const { perm } = attributesOf(node);
  return Array.isArray(perm) && perm.join() === "0,2,3,1";
}
