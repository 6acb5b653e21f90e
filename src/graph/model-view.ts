import type { Attributes } from "./attributes.js";
import type { Graph, Weights } from "./graph.js";
import { indexOf } from "./graph-index.js";
import type { Tensor } from "./tensor.js";

/** An input or output of a model as its file declares it. */
export interface ViewedValue {
  readonly name: string;
  /** The element type as ONNX Runtime calls it, `float16` among them; `""` for what is no tensor. */
  readonly type: string;
  /** Undefined where the file says nothing of the shape; a size is undefined where it has neither number nor name. */
  readonly shape: readonly (number | string | undefined)[] | undefined;
}

/** A node, whatever its operator. */
export interface ViewedNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Those that are numbers, texts, tensors and lists of them. */
  readonly attributes: Attributes;
}

/**
 * What can be seen of a model without knowing its operators: a graph of ours, or any file that an engine opens, by
 * `outlineOnnx`.
 */
export interface ModelView {
  readonly name: string;
  readonly inputs: readonly ViewedValue[];
  readonly outputs: readonly ViewedValue[];
  /** Text that travels with the file. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The node that a value is an output of. */
  maker(value: string): ViewedNode | undefined;
  /** The nodes that read a value. */
  readers(value: string): readonly ViewedNode[];
  /** The shape of a value that the model holds: a parameter or a constant. */
  heldShape(value: string): readonly number[] | undefined;
  /** The numbers of a value that the model holds; undefined where they are not at hand. */
  held(value: string): Tensor | undefined;
}

/** A graph of ours, and its weights where there are some, to look at. */
export function viewOf(graph: Graph, weights: Weights = new Map()): ModelView {
  const index = indexOf(graph);
  const viewed = ({ name, dtype, shape }: Graph["inputs"][number]): ViewedValue => ({ name, type: dtype, shape });
  return {
    name: graph.name,
    inputs: graph.inputs.map(viewed),
    outputs: graph.outputs.map(viewed),
    metadata: graph.metadata,
    maker: (value) => index.maker(value),
    readers: (value) => index.readers(value).map(({ node }) => node),
    heldShape: (value) => graph.parameters.get(value)?.shape ?? graph.constants.get(value)?.shape,
    held: (value) => graph.constants.get(value) ?? weights.get(value),
  };
}
