import { type OpName, type OpSchema, opOf } from "../ops/index.js";
import type { Op } from "../ops/op.js";
import { type Attributes, type AttributesOf, readAttributes, writeAttributes } from "./attributes.js";
import { type Known, knownOf, tensorOf } from "./dims/known.js";
import { callKey, constantKey } from "./equal-keys.js";
import type { Dim, Graph, Init, Node, Parameter, Value, ValueType } from "./graph.js";
import { inferNode } from "./infer-node.js";
import type { Place } from "./place.js";
import { type DType, float32, int64, type Tensor } from "./tensor.js";

/**
 * Writes a graph node by node. Every call runs the operator's shape rule at once, so a mistake is reported
 * where it is made. Equal unnamed calls give one node: a Transpose that two gradients need is computed once.
 */
export class GraphBuilder {
  readonly #values = new Map<string, Value>();
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #parameters = new Map<string, Parameter>();
  readonly #constants = new Map<string, Tensor>();
  /** What is computed from shapes and holds names, such as the target of a Reshape that keeps the batch. */
  readonly #known = new Map<string, Known>();
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
    const value = this.#define({ name, dtype, shape });
    this.#inputs.push(value);
    return value;
  }

  /** A tensor that belongs to the model: learnt, or with `trainable: false` tracked. */
  parameter(name: string, shape: readonly number[], init: Init, trainable = true): Value {
    const value = this.#define({ name, dtype: "float32", shape });
    this.#parameters.set(name, { dtype: "float32", shape, trainable, init });
    return value;
  }

  /** A fixed tensor. Equal small constants are one. */
  constant(tensor: Tensor, name?: string): Value {
    const key = constantKey(tensor);
    const known = name === undefined && key !== undefined ? this.#constantNames.get(key) : undefined;
    if (known !== undefined) return known;
    const value = this.#define({ name: name ?? this.#fresh("constant"), dtype: tensor.dtype, shape: tensor.shape });
    this.#constants.set(value.name, tensor);
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
    const where = `${node.op} (${node.name || node.outputs[0]})`;
    try {
      const { types, known } = this.#infer(node);
      const outputs = node.outputs.flatMap((name, i) => {
        const { dtype, shape } = types[i]!;
        return name === "" ? [] : [this.#define({ name, dtype, shape })];
      });
      const folded = node.outputs.flatMap((name, i) => (name === "" ? [] : [known[i] && tensorOf(known[i])]));
      if (this.#fold && folded.every((tensor) => tensor !== undefined)) {
        for (const [i, tensor] of folded.entries()) this.#constants.set(outputs[i]!.name, tensor);
        return outputs;
      }
      for (const [i, name] of node.outputs.entries()) if (name !== "" && known[i]) this.#known.set(name, known[i]);
      this.#nodes.push(node);
      if (this.#place !== undefined) this.#places.set(node.name, this.#place);
      return outputs;
    } catch (error) {
      if (error instanceof Error) error.message = `${where}: ${error.message}`;
      throw error;
    }
  }

  /** The types that the outputs of a node would have, were it appended. @throws when its inputs do not fit. */
  typesOf(node: Node): readonly ValueType[] {
    return this.#infer(node).types;
  }

  #infer(node: Node) {
    return inferNode(node, {
      value: (name) => this.value(name),
      constant: (name) => this.#constants.get(name),
      known: (name) => this.#knownOf(name),
    });
  }

  #knownOf(name: string): Known | undefined {
    const constant = this.#constants.get(name);
    return constant === undefined ? this.#known.get(name) : knownOf(constant);
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
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`got input "${name}"; expected a value defined before it is used`);
    return value;
  }

  /** The tensor behind a constant, or undefined for any other value. */
  constantOf(value: Value): Tensor | undefined {
    return this.#constants.get(value.name);
  }

  /** What is known of a value: a small constant, or what is computed from shapes. */
  known(value: Value): Known | undefined {
    return this.#knownOf(value.name);
  }

  /** True when a value of that name exists. */
  has(name: string): boolean {
    return this.#values.has(name);
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
      constants: new Map(this.#constants),
      metadata: new Map(this.#metadata),
      ...(this.#places.size > 0 && { places: new Map(this.#places) }),
    };
  }

  #define(value: Value): Value {
    if (this.#values.has(value.name)) {
      throw new Error(`got a second value named "${value.name}"; expected names to be unique`);
    }
    this.#values.set(value.name, value);
    return value;
  }

  #fresh(op: string): string {
    let name: string;
    do name = `${op}_${this.#counter++}`;
    while (this.#values.has(name) || this.#reserved.has(name));
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
