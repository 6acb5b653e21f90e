import type { Graph } from "../graph/graph.js";
import { findGates } from "./gates.js";

/**
 * The names of all nodes that compute gates: what a gate of the graph depends on and the map it scales does not.
 * They are the attention blocks' own layers, whoever wrote the file.
 */
export function gateNodes(graph: Graph): Set<string> {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const ancestors = (start: string, stop: ReadonlySet<string> = new Set()): Set<string> => {
    const found = new Set<string>();
    const visit = [start];
    for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
      const node = makers.get(name);
      if (node === undefined || found.has(node.name) || stop.has(node.name)) continue;
      found.add(node.name);
      visit.push(...node.inputs);
    }
    return found;
  };
  const gates = new Set(findGates(graph).map(({ value }) => value));
  const nodes = new Set<string>();
  for (const { op, inputs } of graph.nodes) {
    const gate = op === "Mul" ? inputs.find((name) => gates.has(name)) : undefined;
    if (gate === undefined) continue;
    const map = ancestors(inputs.find((name) => name !== gate)!);
    for (const node of ancestors(gate, map)) nodes.add(node);
  }
  return nodes;
}
