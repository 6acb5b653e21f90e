import { type OpName, type OpSchema, opOf } from "../ops/index.js";
import type { Op } from "../ops/op.js";
import { type Attributes, type AttributesOf, readAttributes, writeAttributes } from "./attributes.js";
import type { Known } from "./dims/known.js";
import { dtypeToOnnx } from "./dtype.js";
import { callKey, constantKey } from "./equal-keys.js";
import type { Dim, Graph, Init, Node, Parameter, Place, Value, ValueType } from "./graph.js";
import { type DType, float32, int64, type Tensor } from "./tensor.js";
import { ValueTable } from "./value-table.js";

/**
 * Writes a graph node by node. Every call runs the operator's shape rule at once, so a mistake is reported
 * where it is made. Equal unnamed calls give one node: a Transpose that two gradients need is computed once.
 * @example
 * ```ts
 * import { GraphBuilder } from "senet/graph";
 *
 * const g = new GraphBuilder("net");
 * const x = g.input("x", "float32", ["N", 8]);
 * const w = g.parameter("fc.weight", [2, 8], { kind: "uniform-fan-in" });
 * g.output(g.call("Gemm", [x, w], { transB: 1 }), "logits");
 * console.log(g.build().outputs[0]?.shape); // [ 'N', 2 ]
 * ```
 */
export class GraphBuilder {
  readonly #table = new ValueTable();
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #parameters = new Map<string, Parameter>();
  readonly #metadata = new Map<string, string>();
  readonly #calls = new Map<string, Value[]>();
  readonly #constantNames = new Map<string, Value>();
  readonly #reserved = new Set<string>();
  readonly #places = new Map<string, Place>();
  readonly #name: string;
  readonly #fold: boolean;
  #counter = 0;
  #place: Place | undefined;

  /** @param options `fold: false` writes every node, also those whose outputs are known already. */
  constructor(name: string, { fold = true } = {}) {
    this.#name = name;
    this.#fold = fold;
  }

  /** A value that is fed when the graph runs. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    const value = this.#table.define({ name, dtype, shape });
    this.#inputs.push(value);
    return value;
  }

  /** A tensor that belongs to the model: learnt, or with `trainable: false` tracked. */
  parameter(name: string, shape: readonly number[], init: Init, trainable = true): Value {
    const value = this.#table.define({ name, dtype: "float32", shape });
    this.#parameters.set(name, { dtype: "float32", shape, trainable, init });
    return value;
  }

  /** A fixed tensor. Equal small constants are one. */
  constant(tensor: Tensor, name?: string): Value {
    const key = constantKey(tensor);
    const known = name === undefined && key !== undefined ? this.#constantNames.get(key) : undefined;
    if (known !== undefined) return known;
    const value = this.#table.defineConstant(name ?? this.#fresh("constant"), tensor);
    if (key !== undefined) this.#constantNames.set(key, value);
    return value;
  }

  /** A float32 constant without axes. */
  scalar(x: number): Value {
    return this.constant(float32([], [x]));
  }

  /** A one-dimensional int64 constant: a shape, axes, starts. */
  ints(values: readonly number[]): Value {
    return this.constant(int64([values.length], values));
  }

  /** Applies an operator and returns its first output. @throws when the inputs do not fit, naming operator and node. */
  call<O extends OpName>(
    op: O,
    inputs: readonly (Value | undefined)[],
    attributes: Partial<AttributesOf<OpSchema<O>>> = {},
    name?: string,
  ): Value {
    return this.callMany(op, inputs, attributes, 1, name)[0]!;
  }

  /** The value with its elements as another type, by the operator Cast. */
  cast(value: Value, dtype: DType): Value {
    return this.call("Cast", [value], { to: dtypeToOnnx(dtype) });
  }

  /** Applies an operator that has several outputs. */
  callMany<O extends OpName>(
    op: O,
    inputs: readonly (Value | undefined)[],
    attributes: Partial<AttributesOf<OpSchema<O>>>,
    outputCount: number,
    name?: string,
  ): Value[] {
    const rule: Op = opOf(op, "");
    const tagged = writeAttributes(rule.attributes, attributes);
    const key = callKey(op, inputs, tagged, outputCount);
    const known = name === undefined ? this.#calls.get(key) : undefined;
    if (known !== undefined) return known;
    const first = name ?? this.#fresh(op);
    const outputs = Array.from({ length: outputCount }, (_, i) => (i === 0 ? first : `${first}:${i}`));
    const result = this.append({
      name: first,
      op,
      domain: rule.domain,
      inputs: inputs.map((value) => value?.name ?? ""),
      outputs,
      attributes: tagged,
    });
    if (name === undefined) this.#calls.set(key, result);
    return result;
  }

  /**
   * Appends a node as it is; where all its outputs are known already, they become constants instead.
   * @throws when its inputs are unknown or do not fit, naming operator and node.
   */
  append(node: Node): Value[] {
    const { outputs, folded } = this.#table.add(node, this.#fold);
    if (!folded) {
      this.#nodes.push(node);
      if (this.#place !== undefined) this.#places.set(node.name, this.#place);
    }
    return outputs;
  }

  /** The types that the outputs of a node would have, were it appended. @throws when its inputs do not fit. */
  typesOf(node: Node): readonly ValueType[] {
    return this.#table.typesOf(node);
  }

  /** Runs `write` and says of all nodes it appends that they work for `place`; without one it only runs it. */
  within<T>(place: Place | undefined, write: () => T): T {
    const before = this.#place;
    this.#place = place ?? before;
    try {
      return write();
    } finally {
      this.#place = before;
    }
  }

  /** The nodes written so far, in order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** What the nodes that are appended now work for. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** What the node of that name works for. */
  placeOf(name: string): Place | undefined {
    return this.#places.get(name);
  }

  /** Marks a value as a result of the graph, under its own name or a new one. */
  output(value: Value, name = value.name): Value {
    const named = name === value.name ? value : this.call("Identity", [value], {}, name);
    if (this.#outputs.includes(named)) {
      throw new Error(`got "${name}" as an output twice; expected each once, or a name of its own for it`);
    }
    this.#outputs.push(named);
    return named;
  }

  /** Keeps names from being given to unnamed calls, for nodes that are still to be appended under them. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#reserved.add(name);
  }

  /** The value of that name. @throws Error when there is none. */
  value(name: string): Value {
    return this.#table.value(name);
  }

  /** The tensor behind a constant, or undefined for any other value. */
  constantOf(value: Value): Tensor | undefined {
    return this.#table.constants.get(value.name);
  }

  /** What is known of a value: a small constant, or what is computed from shapes. */
  known(value: Value): Known | undefined {
    return this.#table.known(value.name);
  }

  /** True when a value of that name exists. */
  has(name: string): boolean {
    return this.#table.values.has(name);
  }

  /** Text that travels with the file. */
  metadata(entries: Iterable<readonly [string, string]>): void {
    for (const [key, text] of entries) this.#metadata.set(key, text);
  }

  /** The graph written so far. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      nodes: [...this.#nodes],
      parameters: new Map(this.#parameters),
      constants: new Map(this.#table.constants),
      metadata: new Map(this.#metadata),
      ...(this.#places.size > 0 && { places: new Map(this.#places) }),
    };
  }

  #fresh(op: string): string {
    let name: string;
    do name = `${op}_${this.#counter++}`;
    while (this.#table.values.has(name) || this.#reserved.has(name));
    return name;
  }
}

/** The attributes of `node` as plain typed values, defaults filled in. */
export function attributesOf(node: {
  op: string;
  domain: string;
  attributes: Attributes;
}): AttributesOf<Op["attributes"]> {
  return readAttributes(opOf(node.op, node.domain).attributes, node.attributes, node.op);
}
