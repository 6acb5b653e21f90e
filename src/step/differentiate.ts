import { UserError } from "../errors.js";
import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import { sameShape } from "../graph/dims/shape.js";
import type { Node, Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { opOf } from "../ops/index.js";
import { zerosLike } from "./zeros-like.js";

/**
 * Appends the gradient of a scalar to the graph that computes it: reverse-mode differentiation.
 * @param loss a float32 value without axes.
 * @param wanted the values to differentiate for.
 * @returns for every wanted value ∂loss/∂value with its shape; undefined where the loss does not depend on it.
 * @throws UserError when an operator on the path has no gradient, naming the operator and the node.
 * @example
 * ```ts
 * import { GraphBuilder } from "senet/graph";
 * import { differentiate } from "senet/step";
 *
 * const g = new GraphBuilder("square");
 * const x = g.input("x", "float32", [3]);
 * const loss = g.call("ReduceSum", [g.call("Mul", [x, x])], { keepdims: 0 });
 * const [gradient] = differentiate(g, loss, [x]); // 2·x
 * console.log(gradient?.shape); // [ 3 ]
 * ```
 */
export function differentiate(g: GraphBuilder, loss: Value, wanted: readonly Value[]): (Value | undefined)[] {
  if (loss.dtype !== "float32" || loss.shape.length !== 0) {
    throw new TypeError(`differentiate: got ${loss.dtype} [${loss.shape}]; expected a float32 scalar to differentiate`);
  }
  const reached = dependents(g.nodes, new Set(wanted.map(({ name }) => name)));
  const gradients = new Map<string, Value>([[loss.name, g.constant(float32([], [1]))]]);
  for (const node of g.nodes.toReversed()) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    const second = node.outputs.slice(1).find((name) => gradients.has(name));
    const { manyGradients } = opOf(node.op, node.domain);
    if (second !== undefined && !manyGradients) {
      throw new UserError(`${node.op} (${node.name}) has no gradient for its output ${second}, only for its first`);
    }
    if (!node.outputs.some((name) => gradients.has(name))) continue;
    const dys = node.outputs.map((name) => gradients.get(name));
    const at = g.placeOf(node.name);
    const backward = at && { ...at, phase: "backward" as const };
    for (const [i, build] of inputGradients(g, node, dys).entries()) {
      const name = node.inputs[i]!;
      if (build === undefined || !reached.has(name)) continue;
      const sum = gradients.get(name);
      const whole = g.within(backward, () => {
        const term = named(node, build);
        return sum === undefined ? term : g.call("Add", [sum, term]);
      });
      gradients.set(name, whole);
    }
  }
  return wanted.map((value) => {
    const gradient = gradients.get(value.name);
    if (gradient !== undefined && !sameShape(gradient.shape, value.shape)) {
      throw new Error(`differentiate: gradient of ${value.name} is [${gradient.shape}]; expected [${value.shape}]`);
    }
    return gradient;
  });
}

/** Builds the gradient of one input; an error says whose. */
function named(node: Node, build: () => Value): Value {
  try {
    return build();
  } catch (error) {
    if (error instanceof Error) error.message = `gradient of ${node.op} (${node.name}): ${error.message}`;
    throw error;
  }
}

/** The names of values that depend on one of `sources`, the sources included. */
function dependents(nodes: readonly Node[], sources: Set<string>): Set<string> {
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((name) => sources.has(name))) continue;
    for (const name of outputs) if (name !== "") sources.add(name);
  }
  return sources;
}

function inputGradients(g: GraphBuilder, node: Node, dys: readonly (Value | undefined)[]) {
  const { gradient } = opOf(node.op, node.domain);
  if (typeof gradient !== "function") {
    throw new UserError(
      `${node.op} (${node.name}) has no gradient: ${gradient.none}; freeze the parameters before it, or replace it`,
    );
  }
  const value = (name: string) => (name === "" ? undefined : g.value(name));
  return gradient(g, dys[0] ?? zerosLike(g, value(node.outputs[0]!)!), {
    gradients: dys,
    inputs: node.inputs.map(value),
    outputs: node.outputs.map(value),
    attributes: attributesOf(node),
  });
}
