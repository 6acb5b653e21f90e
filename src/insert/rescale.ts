import type { Graph, Parameter, Weights } from "../graph/graph.js";
import type { GraphIndex, Reader } from "../graph/graph-index.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { tensorBehind } from "../read/stored-tensor.js";
import type { Rescaled } from "./balance.js";

/** Where the value of a parameter comes from: another parameter, or itself, times a power of two. */
export interface Scaled {
  readonly from: string;
  readonly exponent: number;
}

/** A graph whose stored tensors are to be multiplied. */
export interface RescaledGraph {
  readonly graph: Graph;
  /** By the parameter's name in the graph. */
  readonly scaled: ReadonlyMap<string, Scaled>;
}

/**
 * Multiplies stored tensors for some of their readers. Constants change in the graph, parameters by `scaled`. What
 * other readers need as it was gets a copy of its own, `NAME.x2`.
 */
export function rescale(index: GraphIndex, changes: readonly Rescaled[]): RescaledGraph {
  const { graph } = index;
  const parameters = new Map(graph.parameters);
  const constants = new Map(graph.constants);
  const scaled = new Map<string, Scaled>();
  const inputs = new Map<Reader["node"], string[]>();
  for (const [name, uses] of byTensor(index, changes)) {
    for (const [exponent, readers] of uses) {
      if (exponent === 0) continue;
      const target =
        uses.size === 1 ? name : freshName(`${name}.x${2 ** exponent}`, [parameters, constants, index.values]);
      const constant = graph.constants.get(name);
      if (constant !== undefined) constants.set(target, times(constant, exponent));
      else {
        parameters.set(target, graph.parameters.get(name) as Parameter);
        scaled.set(target, { from: name, exponent });
      }
      if (target === name) continue;
      for (const { node, input } of readers) {
        inputs.set(node, (inputs.get(node) ?? [...node.inputs]).with(input, target));
      }
    }
  }
  const nodes = graph.nodes.map((node) => (inputs.has(node) ? { ...node, inputs: inputs.get(node)! } : node));
  return { graph: { ...graph, parameters, constants, nodes }, scaled };
}

/** The values of the parameters after {@link rescale}; those that stay as they are are not copied. */
export function rescaledWeights(weights: Weights, scaled: ReadonlyMap<string, Scaled>): Weights {
  const values = new Map(weights);
  for (const [name, { from, exponent }] of scaled) {
    const tensor = weights.get(from);
    if (tensor !== undefined) values.set(name, times(tensor, exponent));
  }
  return values;
}

/** All readers of the tensors that change, by what each needs it multiplied by. */
function byTensor(index: GraphIndex, changes: readonly Rescaled[]): Map<string, Map<number, Reader[]>> {
  const wanted = new Map<Reader["node"], Map<number, number>>();
  for (const { reader, exponent } of changes) {
    if (!wanted.has(reader.node)) wanted.set(reader.node, new Map());
    wanted.get(reader.node)!.set(reader.input, exponent);
  }
  const changing = new Set(changes.map(({ reader }) => tensorBehind(index, reader)!.name));
  const found = new Map<string, Map<number, Reader[]>>();
  for (const node of index.graph.nodes) {
    for (const input of node.inputs.keys()) {
      if (!node.outputs.some((output) => index.isComputed(output))) continue; // what moves a tensor is not what uses it
      const name = tensorBehind(index, { node, input })?.name;
      if (name === undefined || !changing.has(name)) continue;
      const exponent = wanted.get(node)?.get(input) ?? 0;
      const uses = found.get(name) ?? new Map<number, Reader[]>();
      uses.set(exponent, [...(uses.get(exponent) ?? []), { node, input }]);
      found.set(name, uses);
    }
  }
  return found;
}

function times(tensor: Tensor, exponent: number): Tensor {
  const factor = 2 ** exponent;
  const data = Float32Array.from(tensor.data as Float32Array);
  for (let i = 0; i < data.length; i++) data[i]! *= factor;
  return float32(tensor.shape, data);
}

function freshName(wanted: string, taken: readonly { has(name: string): boolean }[]): string {
  let name = wanted;
  for (let i = 2; taken.some((names) => names.has(name)); i++) name = `${wanted}_${i}`;
  return name;
}
