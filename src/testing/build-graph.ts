import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value, ValueType } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { runGraph } from "./run-graph.js";

/** Writes a few nodes over inputs into a builder and returns what they give. */
export type Build = (g: GraphBuilder, ...inputs: Value[]) => Value | readonly Value[];

/**
 * A graph over inputs `x0`, `x1`, … of the given types (a tensor serves as its type) with what `build` returns as
 * outputs.
 */
export function buildGraph(inputs: readonly ValueType[], build: Build): Graph {
  const g = new GraphBuilder("test");
  const values = inputs.map(({ dtype, shape }, i) => g.input(`x${i}`, dtype, shape));
  const made = build(g, ...values);
  for (const value of Array.isArray(made) ? made : [made]) g.output(value);
  return g.build();
}

/** Tensors as feeds for the inputs of {@link buildGraph}. */
export function feedsOf(inputs: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
}

/**
 * What ONNX Runtime makes of `build` over `inputs`: its outputs in their order, of the type and shape that were
 * declared.
 */
export async function compute(inputs: readonly Tensor[], build: Build): Promise<Tensor[]> {
  const graph = buildGraph(inputs, build);
  const results = await runGraph(graph, feedsOf(inputs));
  return graph.outputs.map(({ name }) => results[name]!);
}

/** A float32 input of that shape, for graphs that are only built. */
export function floats(...shape: (number | string)[]): ValueType {
  return { dtype: "float32", shape };
}
