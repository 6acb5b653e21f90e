import { opOf } from "../ops/index.js";
import type { Op } from "../ops/op.js";
import { readAttributes } from "./attributes.js";
import type { Known } from "./dims/known.js";
import { formatShape } from "./dims/shape.js";
import type { Node, Value, ValueType } from "./graph.js";
import type { Tensor } from "./tensor.js";

/** What is known of the values that a node takes, by their names. */
export interface Scope {
  /** @throws Error when there is none of that name. */
  value(name: string): Value;
  constant(name: string): Tensor | undefined;
  known(name: string): Known | undefined;
}

/** What a node puts out. */
export interface Inferred {
  readonly types: readonly ValueType[];
  /** Of each output, the elements that are known while the graph is written. */
  readonly known: readonly (Known | undefined)[];
}

/** The types of a node's outputs and what is known of them, by the rules of its operator. @throws when its inputs do not fit. */
export function inferNode(node: Node, scope: Scope): Inferred {
  const rule: Op = opOf(node.op, node.domain);
  const call = {
    inputs: node.inputs.map((name) => (name === "" ? undefined : scope.value(name))),
    attributes: readAttributes(rule.attributes, node.attributes, node.op),
    constant: (i: number) => scope.constant(node.inputs[i] ?? ""),
    known: (i: number) => scope.known(node.inputs[i] ?? ""),
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
