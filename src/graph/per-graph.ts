import type { Graph } from "./graph.js";

/** The same function, but for each graph it computes once: what it gave is held as long as the graph is. */
export function perGraph<T>(compute: (graph: Graph) => T): (graph: Graph) => T {
  const held = new WeakMap<Graph, { readonly made: T }>();
  return (graph) => {
    const known = held.get(graph);
    if (known !== undefined) return known.made;
    const made = compute(graph);
    held.set(graph, { made });
    return made;
  };
}
