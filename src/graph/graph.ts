import type { Attributes } from "./attributes.js";
import type { DType, Tensor } from "./tensor.js";

/** One extent of a shape: a size, or the name of a size that is only known when the graph runs, such as `"N"`. */
export type Dim = number | string;

/** The element type and shape of a value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A named value: a graph input, a parameter, a constant or the output of a node. */
export interface Value extends ValueType {
  readonly name: string;
}

/**
 * How a parameter starts out; `fan` counts the inputs or outputs one weight touches, and every draw is multiplied by
 * `times` (1 where left out).
 */
export type Init =
  | { readonly kind: "constant"; readonly value: number }
  /** Normal with standard deviation sqrt(2 / fan). Source: He et al. 2015, arXiv:1502.01852, eq. 10 and 14. */
  | { readonly kind: "he-normal"; readonly fan: "in" | "out"; readonly times?: number }
  /** Uniform in ±1/sqrt(fanIn): the default of PyTorch's Linear and Conv2d; `fanIn` is given for biases. */
  | { readonly kind: "uniform-fan-in"; readonly fanIn?: number; readonly times?: number };

/** A tensor that is learnt (`trainable`) or tracked (running statistics). Its values live in `Weights`, not here. */
export interface Parameter {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly init: Init;
}

/** One application of an ONNX operator. An empty input name is an optional input left out. */
export interface Node {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** Which layer of a network a node works for, and in which part of a training step. */
export interface Place {
  readonly phase: "forward" | "backward" | "update";
  /** The name that its parameters begin with, such as `layer1.0.conv1`. */
  readonly layer: string;
}

/**
 * A program: nodes in an order in which every input is known before it is used. It holds no weights,
 * so one graph serves any number of them. Treat it as immutable; transforms return a new one.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Free text that travels with the file: labels, input size, provenance. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Of a training step: what each node works for, by its name. Not stored in files. */
  readonly places?: ReadonlyMap<string, Place>;
}

/** The values of a graph's parameters, by name. */
export type Weights = ReadonlyMap<string, Tensor>;

/** A graph together with the values of its parameters. */
export interface Model {
  readonly graph: Graph;
  readonly weights: Weights;
}

/**
 * The number of trainable elements: what the literature calls the number of parameters.
 * @example
 * ```ts
 * import { countParameters, createModel } from "senet";
 *
 * console.log(countParameters(createModel("seresnet50"))); // 28088024
 * ```
 */
export function countParameters(graph: Graph): number {
  let count = 0;
  for (const { shape, trainable } of graph.parameters.values()) {
    if (trainable) count += shape.reduce((product, dim) => product * dim, 1);
  }
  return count;
}
