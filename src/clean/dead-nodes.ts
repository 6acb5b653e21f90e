import type { Graph } from "../graph/graph.js";

/** A copy without the nodes and constants that no output needs. Inputs and parameters stay. */
export function removeDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const alive = outputs.some((name) => needed.has(name));
    if (alive) for (const name of inputs) needed.add(name);
    return alive;
  });
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), constants };
}
