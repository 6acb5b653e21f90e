import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete, sameShape } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { type Op, required } from "./op.js";
import { extentsOf, type Labels, parseEinsum, writeEinsum } from "./rules/einsum-equation.js";

const attributes = { equation: attribute("string", "") };

/** Sums products over axes that have letters: `bij,bjk->bik` is a batched matrix product. */
export const Einsum: Op<typeof attributes> = {
  domain: "",
  kind: "layer",
  enlarges: false,
  bias: undefined,
  attributes,
  shape: ({ inputs, attributes: { equation } }) => {
    const operands = inputs.map((_, i) => required(inputs, i, "Inputs"));
    const { dtype } = required(operands, 0, "Inputs");
    const labels = parseEinsum(equation, operands);
    const extents = extentsOf(labels, operands);
    return [{ dtype, shape: labels.output.map((label) => extents.get(label)!) }];
  },
  gradient: (g, dy, { inputs, attributes: { equation } }) => {
    const operands = inputs.map((_, i) => required(inputs, i, "Inputs"));
    const labels = parseEinsum(equation, operands);
    return operands.map((_, i) => () => operandGradient(g, dy, operands, labels, i));
  },
  macs: ({ inputs, attributes: { equation } }) => {
    if (inputs.length < 2) return 0;
    const operands = inputs.map((_, i) => required(inputs, i, "Inputs"));
    const extents = extentsOf(parseEinsum(equation, operands), operands);
    return elements([...extents.values()].map(Number));
  },
};

/**
 * Another sum of products: of dy and the other operands, over what this one lacks; stretched where only it has an axis.
 */
function operandGradient(g: GraphBuilder, dy: Value, operands: readonly Value[], labels: Labels, i: number): Value {
  const [x, own] = [operands[i]!, labels.operands[i]!];
  const extents = extentsOf(labels, operands);
  checkPlain(operands, labels, extents);
  const others = { values: operands.toSpliced(i, 1), labels: labels.operands.toSpliced(i, 1) };
  const met = new Set([...labels.output, ...others.labels.flat()]);
  const kept = own.filter((label) => met.has(label));
  const equation = writeEinsum([labels.output, ...others.labels], kept);
  const sum = g.call("Einsum", [dy, ...others.values], { equation });
  const shape = concrete(x);
  if (sameShape(sum.shape, shape)) return sum;
  const aligned = shape.map((size, axis) => (met.has(own[axis]!) ? size : 1));
  return g.call("Expand", [g.call("Reshape", [sum, g.ints(aligned)]), g.ints(shape)]);
}

/** @throws TypeError where an operand has a diagonal taken or is stretched: of those no gradient is built. */
function checkPlain(operands: readonly Value[], labels: Labels, extents: ReadonlyMap<string, unknown>): void {
  for (const [i, own] of labels.operands.entries()) {
    if (new Set(own).size < own.length) throw new TypeError("got a diagonal; expected each letter once in an operand");
    if (own.some((label, axis) => operands[i]!.shape[axis] !== extents.get(label))) {
      throw new TypeError("got an operand that is broadcast; expected equal extents where a gradient is wanted");
    }
  }
}
