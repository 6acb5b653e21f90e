import { attribute } from "../graph/attributes.js";
import { addDims, subtractDims } from "../graph/dims/dim.js";
import { concrete, extent, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Node, Value, ValueType } from "../graph/graph.js";
import { noMacs, type Op, type OpCall, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { attributesToInputs } from "./rules/axes.js";
import { foldMove } from "./rules/fold.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { axis: attribute("int", 0), num_outputs: attribute("int", undefined) };

/**
 * Cuts x along `axis` into parts of the given sizes, or into `num_outputs` equal ones of which the last may be smaller.
 */
export const Split: Op<typeof attributes> = {
  domain: "",
  kind: "cut",
  attributes,
  shape: (call) => {
    const { dtype, shape } = required(call.inputs, 0, "input");
    const axis = normalizeAxis(call.attributes.axis, shape.length);
    return sizesOf(call, axis).map((size) => ({ dtype, shape: shape.with(axis, size) }));
  },
  gradient: (g, _, { gradients, outputs, attributes: { axis } }) => {
    const part = (dy: Value | undefined, i: number) => dy ?? zerosOf(g, outputs[i]!.dtype, concrete(outputs[i]!));
    return [() => g.call("Concat", gradients.map(part), { axis }), undefined];
  },
  manyGradients: true,
  macs: noMacs,
  known: (call) => {
    const x = call.known(0);
    const types: readonly ValueType[] = Split.shape(call);
    let start = 0;
    return types.map(({ shape }) => {
      const axis = normalizeAxis(call.attributes.axis, shape.length);
      const from = start;
      start += Number(shape[axis]);
      return foldMove(x, shape, (at) => at.with(axis, at[axis]! + from));
    });
  },
  upgrade: (g, node, opset) => {
    const upgraded = attributesToInputs(13, { split: "ints" })(g, node, opset);
    if (opset >= 18 || (upgraded.inputs[1] ?? "") !== "") return upgraded;
    checkEqual(g.value(node.inputs[0] ?? ""), node);
    return { ...upgraded, attributes: { ...upgraded.attributes, num_outputs: { int: node.outputs.length } } };
  },
  // Before opset 18 parts without given sizes had to be equal; the node alone does not say whether they are.
  downgrade: attributesSince({ num_outputs: { since: 18 } }),
};

function sizesOf(call: OpCall<typeof attributes>, axis: number): Dim[] {
  const { inputs, known, outputCount } = call;
  const x = required(inputs, 0, "input");
  if (inputs[1] === undefined) {
    const count = call.attributes.num_outputs ?? outputCount;
    if (count === outputCount) return equalSizes(extent(x, axis), count);
    throw new ShapeError({ given: `num_outputs ${count} and ${outputCount} outputs`, expected: "as many of each" });
  }
  const given = known(1);
  if (given === undefined) throw new TypeError("got sizes that are computed; expected a constant");
  const left = subtractDims(x.shape[axis]!, given.data.reduce(addDims, 0));
  if (left !== 0 || given.data.length !== outputCount) {
    throw new ShapeError({
      given: `sizes [${given.data.join(", ")}] and ${outputCount} outputs for ${formatShape(x.shape)}`,
      expected: `a size for each output, together the extent of axis ${axis}`,
    });
  }
  return [...given.data];
}

/** ⌈extent / count⌉ each, the last what is left. */
function equalSizes(extent: number, count: number): number[] {
  const size = Math.ceil(extent / count);
  const last = extent - size * (count - 1);
  if (last < 0) {
    throw new ShapeError({
      given: `extent ${extent} for ${count} outputs`,
      expected: `parts of ${size} and a smaller last one`,
    });
  }
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? size : last));
}

/** Before opset 18 equal parts had to be equal. @throws ShapeError when they are not. */
function checkEqual(x: Value, { attributes, outputs }: Node): void {
  const given = attributes.axis;
  const size = extent(x, normalizeAxis(given && "int" in given ? given.int : 0, x.shape.length));
  if (size % outputs.length === 0) return;
  throw new ShapeError({ given: `extent ${size} for ${outputs.length} equal outputs`, expected: "a multiple of them" });
}
