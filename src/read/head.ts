import { UserError } from "../errors.js";
import type { Graph, Node } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";

/** A parameter of the last layer and which of its axes counts the classes. */
export interface HeadParameter {
  readonly name: string;
  readonly axis: number;
  /** How many inputs one logit is made of. */
  readonly fanIn: number;
}

/**
 * The weight and the bias that make the logits: those of the last dense layer or convolution before the first output.
 * @throws UserError when the output is made in another way.
 */
export function headOf(graph: Graph): readonly HeadParameter[] {
  const index = indexOf(graph);
  const biases: string[] = [];
  let node = index.maker(graph.outputs[0]!.name);
  while (node !== undefined) {
    const weight = weightOf(graph, node);
    if (weight !== undefined) {
      const bias = node.op === "MatMul" ? undefined : node.inputs[2];
      const names = [...biases, ...(bias && graph.parameters.has(bias) ? [bias] : [])];
      const last = (name: string) => graph.parameters.get(name)!.shape.length - 1;
      return [weight, ...names.map((name) => ({ name, axis: last(name), fanIn: weight.fanIn }))];
    }
    const added = node.op === "Add" ? node.inputs.find((name) => graph.parameters.has(name)) : undefined;
    if (added !== undefined) biases.push(added);
    node = index.maker(node.inputs.find((name) => index.maker(name) !== undefined) ?? "");
  }
  throw new UserError(`${graph.name}: got an output that no dense layer or convolution makes; expected a classifier`);
}

/** The weight of a layer that makes logits out of features. */
function weightOf({ parameters }: Graph, { op, inputs, attributes }: Node): HeadParameter | undefined {
  const name = inputs[1] ?? "";
  const shape = parameters.get(name)?.shape;
  if (shape === undefined) return undefined;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const transposed = attributes.transB !== undefined && "int" in attributes.transB && attributes.transB.int === 1;
  if (op === "Conv" || (op === "Gemm" && transposed)) return { name, axis: 0, fanIn: size / shape[0]! };
  if (op === "Gemm" || op === "MatMul") return { name, axis: 1, fanIn: shape[0]! };
  return undefined;
}
