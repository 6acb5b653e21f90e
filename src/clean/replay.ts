import { GraphBuilder } from "../graph/builder.js";
import { bindDim } from "../graph/dims/dim.js";
import type { Dim, Graph, Node, Value } from "../graph/graph.js";

/** How `replay` differs from a plain copy. */
export interface ReplayOptions {
  /** Extents to give to symbolic ones, such as `{ N: 128 }`. */
  readonly bind?: Readonly<Record<string, number>>;
  /** Makes the values for a node's outputs in its place; undefined keeps the node. */
  readonly replace?: (node: Node, inputs: readonly (Value | undefined)[]) => readonly Value[] | undefined;
}

/**
 * Writes the nodes of `graph` into `g`, one after the other, and returns every value by its old name.
 * Outputs are not marked: the caller decides what they are.
 */
export function replay(g: GraphBuilder, graph: Graph, { bind = {}, replace }: ReplayOptions = {}): Map<string, Value> {
  const values = new Map<string, Value>();
  const bound = (dim: Dim) => bindDim(dim, bind);
  g.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  for (const { name, dtype, shape } of graph.inputs) values.set(name, g.input(name, dtype, shape.map(bound)));
  for (const [name, { shape, init, trainable }] of graph.parameters) {
    values.set(name, g.parameter(name, shape, init, trainable));
  }
  for (const [name, tensor] of graph.constants) values.set(name, g.constant(tensor, name));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
    const write = () =>
      replace?.(node, inputs) ?? g.append({ ...node, inputs: inputs.map((value) => value?.name ?? "") });
    const made = g.within(graph.places?.get(node.name), write);
    for (const [i, name] of node.outputs.filter((output) => output !== "").entries()) values.set(name, made[i]!);
  }
  g.metadata(graph.metadata);
  return values;
}

/**
 * A copy of `graph` with symbolic extents given sizes: `bindDims(graph, { N: 128 })`.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { bindDims } from "senet/graph";
 *
 * console.log(bindDims(createModel("resnet20"), { N: 128 }).outputs[0]?.shape); // [ 128, 10 ]
 * ```
 */
export function bindDims(graph: Graph, bind: Readonly<Record<string, number>>): Graph {
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph, { bind });
  for (const { name } of graph.outputs) g.output(values.get(name)!);
  return g.build();
}
