import { bindDim } from "./dims/dim.js";
import type { Graph } from "./graph.js";

/** What the names that inputs give to the number of their images stand for, where it is `size`: `{ N: 128 }`. */
export function batchNames(graph: Graph, size: number): Record<string, number> {
  return Object.fromEntries(graph.inputs.flatMap(({ shape: [n] }) => (typeof n === "string" ? [[n, size]] : [])));
}

/** The graph with the same nodes, declared to take `size` images where it takes any number of them. */
export function withBatch(graph: Graph, size: number): Graph {
  const bind = batchNames(graph, size);
  const inputs = graph.inputs.map((input) => ({ ...input, shape: input.shape.map((dim) => bindDim(dim, bind)) }));
  return { ...graph, inputs };
}
