import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { Scope } from "../layers/scope.js";
import { type NamedTensors, runGraph } from "./run-graph.js";

/** Writes a layer or block over a map. */
export type WriteLayer = (p: Scope, x: Value) => Value;

/** A graph of one layer in the scope `at`: x of these extents, and `y` that comes out. */
export function layerGraph(shape: readonly (number | string)[], write: WriteLayer): Graph {
  const g = new GraphBuilder("test");
  g.output(write(new Scope(g, "at"), g.input("x", "float32", shape)), "y");
  return g.build();
}

/** What a layer makes of x. @param parameters by their names inside the layer. */
export async function computeLayer(x: Tensor, parameters: NamedTensors, write: WriteLayer): Promise<Tensor> {
  const named = Object.entries(parameters).map(([name, tensor]) => [`at.${name}`, tensor] as const);
  const { y } = await runGraph(layerGraph(x.shape, write), { x, ...Object.fromEntries(named) });
  return y!;
}

/** The parameters of a batch norm that gives its input, by their names inside the layer. */
export function plainNorm(name: string, channels = 1): NamedTensors {
  const all = (value: number) => float32([channels], Array<number>(channels).fill(value));
  return {
    [`${name}.weight`]: all(1),
    [`${name}.bias`]: all(0),
    [`${name}.running_mean`]: all(0),
    [`${name}.running_var`]: all(1 - 1e-5), // ε is added to it
  };
}

/** @throws Error that names every element that is further off than 1e-5. */
export function expectNear({ data }: Tensor, expected: readonly number[]): void {
  const wrong = expected.flatMap((value, i) =>
    Math.abs(Number(data[i]) - value) <= 1e-5 ? [] : [`element ${i}: got ${data[i]}; expected ${value}`],
  );
  if (data.length !== expected.length) wrong.push(`got ${data.length} elements; expected ${expected.length}`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
