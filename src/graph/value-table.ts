import { opOf } from "../ops/index.js";
import type { Op } from "../ops/op.js";
import { readAttributes } from "./attributes.js";
import { type Known, knownOf, tensorOf } from "./dims/known.js";
import { formatShape } from "./dims/shape.js";
import type { Node, Value, ValueType } from "./graph.js";
import type { Tensor } from "./tensor.js";

/** What a node puts out. */
interface Inferred {
  readonly types: readonly ValueType[];
  /** Of each output, the elements that are known without running the graph. */
  readonly known: readonly (Known | undefined)[];
}

/** What became of a node. */
export interface Added {
  /** Its outputs, those that it leaves out not counted. */
  readonly outputs: Value[];
  /** True where all of them are constants now, so that nothing need compute them. */
  readonly folded: boolean;
}

/**
 * The values of a graph that is written or read: the type of each, and its elements where they are known without
 * running it.
 */
export class ValueTable {
  readonly values = new Map<string, Value>();
  /** Constants that were given, and what became of nodes whose outputs are known. */
  readonly constants = new Map<string, Tensor>();
  /** What is computed from shapes and holds names, such as the target of a Reshape that keeps the batch. */
  readonly #known = new Map<string, Known>();

  /** Takes in a value. @throws Error when there is one of that name. */
  define(value: Value): Value {
    if (this.values.has(value.name)) {
      throw new Error(`got a second value named "${value.name}"; expected names to be unique`);
    }
    this.values.set(value.name, value);
    return value;
  }

  /** Takes in a constant. @throws Error when there is a value of that name. */
  defineConstant(name: string, tensor: Tensor): Value {
    const value = this.define({ name, dtype: tensor.dtype, shape: tensor.shape });
    this.constants.set(name, tensor);
    return value;
  }

  /**
   * Takes in the outputs of a node.
   * @param fold true: where all outputs are known, they become constants.
   * @throws when its inputs are unknown or do not fit, naming operator and node.
   */
  add(node: Node, fold = true): Added {
    try {
      const { types, known } = this.#infer(node);
      const written = node.outputs.flatMap((name, i) =>
        name === "" ? [] : [{ name, type: types[i]!, known: known[i] }],
      );
      const outputs = written.map(({ name, type: { dtype, shape } }) => this.define({ name, dtype, shape }));
      const tensors = written.map((output) => output.known && tensorOf(output.known));
      const folded = fold && tensors.every((tensor) => tensor !== undefined);
      for (const [i, output] of written.entries()) {
        if (folded) this.constants.set(output.name, tensors[i]!);
        else if (output.known !== undefined) this.#known.set(output.name, output.known);
      }
      return { outputs, folded };
    } catch (error) {
      if (error instanceof Error) error.message = `${node.op} (${node.name || node.outputs[0]}): ${error.message}`;
      throw error;
    }
  }

  /** The types that the outputs of a node would have, were it added. @throws when its inputs do not fit. */
  typesOf(node: Node): readonly ValueType[] {
    return this.#infer(node).types;
  }

  /** The value of that name. @throws Error when there is none. */
  value(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`got input "${name}"; expected a value defined before it is used`);
    return value;
  }

  /** What is known of a value: a small constant, or what is computed from shapes. */
  known(name: string): Known | undefined {
    const constant = this.constants.get(name);
    return constant === undefined ? this.#known.get(name) : knownOf(constant);
  }

  /** The types of a node's outputs and what is known of them, by the rules of its operator. */
  #infer(node: Node): Inferred {
    const rule: Op = opOf(node.op, node.domain);
    const call = {
      inputs: node.inputs.map((name) => (name === "" ? undefined : this.value(name))),
      attributes: readAttributes(rule.attributes, node.attributes, node.op),
      constant: (i: number) => this.constants.get(node.inputs[i] ?? ""),
      known: (i: number) => this.known(node.inputs[i] ?? ""),
      outputCount: node.outputs.length,
    };
    const types = rule.shape(call);
    for (const { shape } of types) {
      if (shape.some((dim) => typeof dim === "number" && !(Number.isInteger(dim) && dim >= 0))) {
        throw new RangeError(`got an output ${formatShape(shape)}; expected extents that are 0 or more`);
      }
    }
    if (types.length < node.outputs.length) {
      throw new TypeError(`got ${node.outputs.length} outputs; expected at most ${types.length}`);
    }
    return { types, known: rule.known?.(call) ?? [] };
  }
}
