import type { AttributeSchema, AttributesOf } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Known } from "../graph/dims/known.js";
import type { Node, Value, ValueType } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import type { Kinded } from "./op-kind.js";

/** What a shape rule and a cost rule see of one application of an operator. */
export interface OpCall<S extends AttributeSchema> {
  readonly inputs: readonly (ValueType | undefined)[];
  readonly attributes: AttributesOf<S>;
  /** The value of input `i` where it is known while the graph is built: a constant such as a target shape. */
  constant(i: number): Tensor | undefined;
  /** Like `constant`, also for what is computed from shapes: its elements are numbers or names of extents. */
  known(i: number): Known | undefined;
  /** How many outputs the node names. */
  readonly outputCount: number;
}

/**
 * What a gradient rule or a lowering sees: the values themselves. An input or output is undefined where an optional one
 * is left out.
 */
export interface OpValues<S extends AttributeSchema> {
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  readonly attributes: AttributesOf<S>;
  /** Of operators with `manyGradients` alone: the gradients of all outputs, undefined where nothing depends on one. */
  readonly gradients: readonly (Value | undefined)[];
}

/** Builds the gradient of one input; called only where that gradient is wanted. */
export type InputGradient = (() => Value) | undefined;

/**
 * Given the gradient `dy` of the first output, says for every input how its gradient is built.
 * `undefined` in the list marks an input that is not differentiated (an index, a shape).
 */
export interface GradientRule<S extends AttributeSchema> {
  rule(g: GraphBuilder, dy: Value, values: OpValues<S>): readonly InputGradient[];
}

/** An operator whose derivative is zero or undefined, with the reason: asking for its gradient is an error. */
export interface NoGradient {
  readonly none: string;
}

/** What an operator that behaves differently while training is told about the training it is part of. */
export interface TrainingContext {
  /** Another name for the node: unique in the graph, and the same every time the graph is read. */
  readonly name: string;
  /** True where normalisation by the statistics held in `inputs` uses and keeps them. */
  frozen(inputs: readonly (Value | undefined)[]): boolean;
  /** The value a tracked parameter has by now: a node before this one may have renewed it. */
  current(tracked: Value): Value;
  /** Says what a tracked parameter holds after the step. */
  renew(tracked: Value, next: Value): void;
  /**
   * Independent random integers from 0 to 2³² − 1, int64 [count], others at every step; undefined where nothing is
   * random.
   */
  readonly random: ((key: string, count: number) => Value) | undefined;
}

/** One of several ways to compute the same: `Context` is what it is written into and from, `Made` what it gives. */
export interface Algorithm<Context extends readonly unknown[], Made> {
  readonly name: string;
  write(...context: Context): Made;
}

/** A way to write an operator of the domain `senet` in ONNX's own, for inputs of the types that it was asked for. */
export type PlainAlgorithm = Algorithm<[g: GraphBuilder, inputs: readonly Value[]], readonly Value[]>;

/**
 * Everything there is to know about one operator. Adding one is a file with this, its test and a line in
 * `ops/index.ts`.
 */
export type Op<S extends AttributeSchema = AttributeSchema> = OpRules<S> & Kinded;

/** The rules of an operator. */
interface OpRules<S extends AttributeSchema> {
  /**
   * `""` for ONNX's own; `"senet"` for operators that exist only until `lower` has replaced them; ONNX Runtime's own
   * channel-blocked operators for what a runtime of that layout executes, never in an exported file.
   */
  readonly domain: "" | "senet" | "com.microsoft.nchwc";
  /** Its name in a file, where another domain of ours uses that name already. */
  readonly onnxName?: string;
  readonly attributes: S;
  /** The types of the outputs. @throws ShapeError when the inputs do not fit. */
  shape(call: OpCall<S>): readonly ValueType[];
  readonly gradient: GradientRule<S>["rule"] | NoGradient;
  /** Multiply-accumulates for outputs of known size: those of convolutions and dense layers, 0 for everything else. */
  macs(call: Pick<OpCall<S>, "inputs" | "attributes">, outputs: readonly ValueType[]): number;
  /**
   * True where every output has a gradient, as those of Split do, the first one zeros where need be; elsewhere only the
   * first one has.
   */
  readonly manyGradients?: true;
  /**
   * The outputs where they are known while the graph is built: integers, booleans and sizes that exporters compute
   * shapes with. Outputs of nothing but numbers become constants, and the node is not written.
   */
  known?(call: OpCall<S>): readonly (Known | undefined)[];
  /**
   * Rewrites a node as it was written in an older version of ONNX's operators (`opset`, from 7) into today's form;
   * more nodes may be appended to `g` before it. Attributes are as they lie in the file. Called for nodes of ONNX's own
   * domain.
   */
  upgrade?(g: GraphBuilder, node: Node, opset: number): Node;
  /** The name that it had in older opsets; its `upgrade` rule is given nodes of either name. */
  readonly formerly?: string;
  /** The opset that brought the operator in its form of today, where that is newer than 13. */
  readonly since?: number;
  /**
   * Rewrites a node into the form that it has in an older opset, from 13; a number says which opset it needs instead.
   * `constant` gives the value of an input that is constant.
   */
  downgrade?(node: Node, opset: number, constant: (name: string) => Tensor | undefined): Node | number;
  /** Inputs whose floating-point initializers are settings (limits, scales), never parameters. */
  readonly settings?: readonly number[];
  /** Inputs that hold running statistics when they are parameters: tracked, never learnt. */
  readonly state?: readonly number[];
  /**
   * The outputs while a model is trained, for operators whose form for inference is not the one to train;
   * undefined leaves the node as it is.
   */
  training?(
    g: GraphBuilder,
    values: Pick<OpValues<S>, "inputs" | "attributes"> & { readonly outputCount: number },
    context: TrainingContext,
  ): readonly Value[] | undefined;
  /** How an operator of the domain `senet` is written in ONNX's own operators. */
  lower?(g: GraphBuilder, values: Pick<OpValues<S>, "inputs" | "attributes">): readonly Value[];
  /** The same where there are several ways, for inputs of these types; the one that is best by rule comes first. */
  algorithms?(call: {
    readonly inputs: readonly ValueType[];
    readonly attributes: AttributesOf<S>;
  }): readonly PlainAlgorithm[];
}

/** The cost rule of everything that is neither a convolution nor a dense layer. */
export const noMacs = () => 0;

/** The input at `i`, which the operator requires. @throws TypeError when it is left out. */
export function required<T>(inputs: readonly (T | undefined)[], i: number, name: string): T {
  const value = inputs[i];
  if (value === undefined) throw new TypeError(`got no input ${name} (number ${i}); expected one`);
  return value;
}
