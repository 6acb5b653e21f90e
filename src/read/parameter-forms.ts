import { attributeOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { perGraph } from "../graph/per-graph.js";
import { isOfKind } from "../ops/index.js";
import { tensorBehind } from "./stored-tensor.js";

/**
 * What a parameter is, by how the graph uses it, whatever its name and its number of axes: the `kernel` of a layer,
 * whose `units` axis counts the layer's outputs; a `vector`, with at most one extent above 1 (biases, normalisation,
 * slopes, also where an exporter wrote [C, 1, 1]); or a `table`, anything else.
 */
export type ParameterForm =
  | { readonly kind: "kernel"; readonly units: number }
  | { readonly kind: "vector" }
  | { readonly kind: "table" };

/** The form of every parameter of a graph by its name. */
export const parameterForms: (graph: Graph) => ReadonlyMap<string, ParameterForm> = perGraph((graph) => {
  const kernels = kernelsOf(graph);
  return new Map(
    [...graph.parameters].map(([name, { shape }]): [string, ParameterForm] => {
      const units = kernels.get(name);
      if (units !== undefined) return [name, { kind: "kernel", units }];
      return [name, { kind: shape.filter((extent) => extent > 1).length > 1 ? "table" : "vector" }];
    }),
  );
});

/** The axis that counts a layer's outputs, for every parameter that is the weight of one. */
function kernelsOf(graph: Graph): Map<string, number> {
  const index = indexOf(graph);
  const kernels = new Map<string, number>();
  for (const node of graph.nodes) {
    if (!isOfKind(node, "layer")) continue;
    for (const input of weightInputs(node)) {
      const stored = tensorBehind(index, { node, input });
      if (stored === undefined || !graph.parameters.has(stored.name) || kernels.has(stored.name)) continue;
      const seen = index.value(node.inputs[input]!).shape.length;
      kernels.set(stored.name, storedAxis(index, node.inputs[input]!, unitAxis(node, input, seen)));
    }
  }
  return kernels;
}

/** The inputs at which a layer takes its weights: a product takes them on either side. */
function weightInputs({ op }: Node): readonly number[] {
  return op === "MatMul" || op === "Gemm" || op === "Einsum" ? [1, 0] : [1];
}

/**
 * The axis of a layer's weights, at one of its inputs, that counts its outputs. Of a ConvTranspose it is the first, as
 * rules for units in PyTorch's terms take it, though that counts its inputs.
 */
function unitAxis({ op, attributes }: Node, input: number, rank: number): number {
  const turned = (name: string) => attributeOf(attributes, name, "int") === 1;
  if (op === "MatMul") return rank - (input === 1 ? 1 : 2);
  if (op === "Gemm") return input === 1 ? (turned("transB") ? 0 : 1) : turned("transA") ? 1 : 0;
  return 0;
}

/** The axis of a parameter that is this axis of a value, which nodes make of it that move its elements alone. */
function storedAxis(index: GraphIndex, value: string, axis: number): number {
  let [name, at] = [value, axis];
  for (let node = index.maker(name); node !== undefined; node = index.maker(name)) {
    if (node.op === "Transpose") {
      at = attributeOf(node.attributes, "perm", "ints")?.[at] ?? index.value(name).shape.length - 1 - at;
    } else if (node.op !== "Identity") return 0; // elements of one unit may lie anywhere
    name = node.inputs[0]!;
  }
  return at;
}
