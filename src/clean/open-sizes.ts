import type { Graph, Value } from "../graph/graph.js";

/**
 * Gives back the sizes that a file leaves open to a graph that was read for images of one size.
 * @param graph the graph for some size of images.
 * @param other the same graph for another size: what differs between the two hangs on the size.
 * @param inputs the inputs as the file declares them, with names for open extents.
 * @returns undefined where more than the shapes of values differs: then the graph computes for one size alone.
 */
export function withOpenSizes(graph: Graph, other: Graph, inputs: readonly Value[]): Graph | undefined {
  if (computation(graph) !== computation(other)) return undefined;
  const outputs = graph.outputs.map((value, i) => {
    const shape = other.outputs[i]!.shape;
    return { ...value, shape: value.shape.map((dim, axis) => (dim === shape[axis] ? dim : `${value.name}_${axis}`)) };
  });
  return { ...graph, inputs, outputs };
}

/** All that decides what a graph computes, as a text. */
function computation({ nodes, parameters, constants }: Graph): string {
  const shapes = [...parameters].map(([name, { shape }]) => [name, shape]);
  const fixed = [...constants].map(([name, { dtype, shape, data }]) => [name, dtype, shape, Array.from(data, String)]);
  return JSON.stringify([nodes, shapes, fixed]);
}
