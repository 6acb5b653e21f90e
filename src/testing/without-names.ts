import type { Graph } from "../graph/graph.js";

/** The same network with parameters called w0, w1, …, in their order: names that say nothing. */
export function withoutNames(graph: Graph): Graph {
  const numbers = new Map([...graph.parameters.keys()].map((name, i) => [name, `w${i}`]));
  const renamed = (name: string) => numbers.get(name) ?? name;
  return {
    ...graph,
    parameters: new Map([...graph.parameters].map(([name, parameter]) => [renamed(name), parameter])),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed) })),
  };
}
