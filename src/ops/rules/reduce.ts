import { attribute } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";
import { concrete, normalizeAxis, sameShape } from "../../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../../graph/graph.js";
import { toNumbers } from "../../graph/tensor.js";
import { type Op, type OpCall, required } from "../op.js";
import { attributesToInputs, inputToAttribute } from "./axes.js";

/** Attributes of the Reduce operators; the axes are the second input. */
export const reduceAttributes = { keepdims: attribute("int", 1), noop_with_empty_axes: attribute("int", 0) };

/** The axes a reduction runs over: those of its constant second input, all when there is none. */
export function axesOf(rank: number, axes: readonly number[] | undefined): number[] {
  return axes === undefined || axes.length === 0
    ? Array.from({ length: rank }, (_, i) => i)
    : axes.map((axis) => normalizeAxis(axis, rank));
}

/** The shape rule of the Reduce operators. */
export function reduceRule({ inputs, attributes, constant }: OpCall<typeof reduceAttributes>): ValueType[] {
  const { dtype, shape } = required(inputs, 0, "data");
  const given = constant(1);
  if (inputs[1] !== undefined && given === undefined) {
    throw new TypeError("got axes that are computed; expected a constant");
  }
  const noAxes = given === undefined || given.data.length === 0;
  if (noAxes && attributes.noop_with_empty_axes) return [{ dtype, shape }];
  const axes = axesOf(shape.length, given && toNumbers(given));
  const kept = attributes.keepdims ? [1] : [];
  return [{ dtype, shape: shape.flatMap((dim, i): Dim[] => (axes.includes(i) ? kept : [dim])) }];
}

/**
 * What a reduction of x gave, or its gradient, with every reduced axis back as an extent of 1: it broadcasts over x.
 */
export function alongside(g: GraphBuilder, reduced: Value, x: Value, axesInput: Value | undefined): Value {
  if (sameShape(reduced.shape, x.shape)) return reduced;
  const shape = concrete(x);
  const given = axesInput && g.constantOf(axesInput);
  const axes = axesOf(shape.length, given && toNumbers(given));
  const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return sameShape(reduced.shape, kept) ? reduced : g.call("Reshape", [reduced, g.ints(kept)]);
}

/** Stretches the gradient of a reduction back over the axes that were reduced. */
export function unreduce(g: GraphBuilder, dy: Value, x: Value, axesInput: Value | undefined): Value {
  return sameShape(dy.shape, x.shape) ? dy : g.call("Expand", [alongside(g, dy, x, axesInput), g.ints(concrete(x))]);
}

/** Reads the form that a Reduce operator had before opset `since`: its axes were an attribute. */
export function axesFromAttribute(since: number): NonNullable<Op["upgrade"]> {
  return attributesToInputs(since, { axes: "ints" });
}

/** Writes the form that a Reduce operator had before opset `since`, which always reduces where there are no axes. */
export function axesToAttribute(since: number): NonNullable<Op["downgrade"]> {
  const axes = inputToAttribute("axes", since);
  return (node, opset, constant) => {
    const { noop_with_empty_axes: noop, ...attributes } = node.attributes;
    if (opset >= since) return node;
    const listed = constant(node.inputs[1] ?? "");
    const empty = (node.inputs[1] ?? "") === "" || listed?.data.length === 0;
    if (empty && noop && "int" in noop && noop.int !== 0) return since;
    return axes({ ...node, inputs: empty ? node.inputs.slice(0, 1) : node.inputs, attributes }, opset, constant);
  };
}
