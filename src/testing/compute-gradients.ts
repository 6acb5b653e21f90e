import type { Tensor } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { type Build, buildGraph, feedsOf } from "./build-graph.js";
import { runGraph } from "./run-graph.js";

/**
 * The first of the outputs of `build` over `inputs`, and ∂⟨dy, y⟩/∂x for every wanted input (all that are float32 when
 * left out), as ONNX Runtime computes them.
 */
export async function computeGradients(
  inputs: readonly Tensor[],
  dy: Tensor,
  build: Build,
  wanted = inputs.flatMap(({ dtype }, i) => (dtype === "float32" ? [i] : [])),
): Promise<{ y: Tensor; gradients: Tensor[] }> {
  const graph = buildGraph(inputs, (g, ...values) => {
    const made = build(g, ...values);
    const y = "name" in made ? made : made[0]!;
    const loss = g.call("ReduceSum", [g.call("Mul", [y, g.constant(dy)])], { keepdims: 0 });
    const found = differentiate(
      g,
      loss,
      wanted.map((i) => values[i]!),
    );
    const named = found.map((gradient, k) => g.call("Identity", [gradient], {}, `gradient${wanted[k]}`));
    return [g.call("Identity", [y], {}, "y"), ...named];
  });
  const results = await runGraph(graph, feedsOf(inputs));
  return { y: results.y!, gradients: wanted.map((i) => results[`gradient${i}`]!) };
}
