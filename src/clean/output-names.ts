import type { Graph, Node } from "../graph/graph.js";

/** Gives a value the name of the output that it only reaches through an Identity, which goes. */
export function withOutputNames(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const gone = graph.nodes.filter(({ op, domain, inputs: [from], outputs: [to] }) => {
    const free = op === "Identity" && domain === "" && made.has(from!) && !outputs.has(from!) && !names.has(from!);
    if (!free || !outputs.has(to!)) return false;
    names.set(from!, to!);
    return true;
  });
  const renamed = (name: string) => names.get(name) ?? name;
  const nodes = graph.nodes.flatMap((node): Node[] =>
    gone.includes(node) ? [] : [{ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }],
  );
  return { ...graph, nodes };
}
