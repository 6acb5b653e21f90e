import type { Graph, Node, Place } from "./graph.js";

/** The layer that a parameter or a named node belongs to: `layer1.0.conv1` of `layer1.0.conv1.weight`. */
export function layerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("."))) || name;
}

/**
 * The places of the nodes of a network, by name: a node with parameters has their layer, one that a layer named has
 * that, and any other one that of the layer whose result it takes first.
 */
export function forwardPlaces(graph: Graph): Map<string, Place> {
  const layers = new Map<string, string>();
  const own = ({ name, inputs }: Node) => {
    const parameter = inputs.find((input) => graph.parameters.has(input)) ?? (name.includes(".") ? name : undefined);
    return parameter && layerOf(parameter);
  };
  return new Map(
    graph.nodes.map((node): [string, Place] => {
      const taken = node.inputs.map((input) => layers.get(input)).find((layer) => layer !== undefined);
      const layer = own(node) ?? taken ?? "input";
      for (const output of node.outputs) layers.set(output, layer);
      return [node.name, { phase: "forward", layer }];
    }),
  );
}
