import { GraphBuilder } from "../graph/builder.js";
import type { Dim, Graph, Node, Value } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { convNorm } from "../layers/conv-norm.js";
import { Scope } from "../layers/scope.js";
import type { FoundUnit } from "./units/found-unit.js";

/** Writes a network over a map. */
export type Write = (p: Scope, x: Value) => Value | readonly Value[];

/** A network over x [N, 4, 8, 8], or another shape; what is written last are its outputs, by their own names. */
export function graphOf(write: Write, shape: readonly Dim[] = ["N", 4, 8, 8]): Graph {
  const g = new GraphBuilder("test");
  for (const output of [write(new Scope(g), g.input("x", "float32", shape))].flat()) g.output(output);
  return g.build();
}

/** The same with its index. */
export function indexed(write: Write, shape?: readonly Dim[]): GraphIndex {
  return indexOf(graphOf(write, shape));
}

/** The node that gives a value, or that reads a parameter. */
export function nodeOf(index: GraphIndex, name: string): Node {
  const found = index.maker(name) ?? index.readers(name)[0]?.node;
  if (found === undefined) throw new Error(`got "${name}"; expected a value of the graph`);
  return found;
}

/** ReLU(x + B(x)) with a branch of a 1×1, a 3×3 and a 1×1 convolution, each with its batch norm. */
export function bottleneck(p: Scope, x: Value): Value {
  const layer = (i: number, of: Value, kernel: number) =>
    convNorm([p.at(`conv${i}`), p.at(`bn${i}`)], of, { channels: 4, kernel, ...(i < 3 && { act: "relu" as const }) });
  const sum = p.g.call("Add", [layer(3, layer(2, layer(1, x, 1), 3), 1), x], {}, p.name("sum"));
  return p.g.call("Relu", [sum], {}, p.name("out"));
}

/** A unit as a finder tells it, by the names of its nodes. */
export function told({ kind, value, join, residual }: FoundUnit) {
  return { kind, value, join: join.name, ...(residual && { from: residual.from, shortcut: residual.shortcut }) };
}
