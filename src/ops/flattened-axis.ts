import type { Dim } from "../graph/graph.js";
import { formatShape, normalizeAxis, ShapeError } from "../graph/shape.js";
import type { Op } from "./op.js";

/**
 * Reads Softmax and LogSoftmax as they were before opset 13: along `axis` (1 when left out) and all axes after it as if
 * they were one. Where those after it hold one element, today's form means the same; elsewhere x is flattened first.
 */
export const flattenedAxis: NonNullable<Op["upgrade"]> = (g, node, opset) => {
  if (opset >= 13) return node;
  const { axis: given = { int: 1 } } = node.attributes;
  if (!("int" in given)) throw new TypeError(`got attribute axis of kind ${Object.keys(given)[0]}; expected int`);
  const x = g.value(node.inputs[0] ?? "");
  const axis = normalizeAxis(given.int, x.shape.length);
  const rest = x.shape.slice(axis);
  if (rest.slice(1).every((dim) => dim === 1)) return { ...node, attributes: { axis: { int: axis } } };
  const lead = Array<number>(axis).fill(0); // 0 copies an extent, whether it is a number or a name
  const rows = g.call("Reshape", [x, g.ints([...lead, -1])]);
  const call = node.op === "Softmax" ? "Softmax" : "LogSoftmax";
  const y = g.call(call, [rows], { axis: -1 });
  return { ...node, op: "Reshape", inputs: [y.name, g.ints([...lead, ...sizes(rest)]).name], attributes: {} };
};

/** The extents, a name among them as the −1 that takes what is left. */
function sizes(dims: readonly Dim[]): number[] {
  if (dims.filter((dim) => typeof dim === "string").length > 1) {
    throw new ShapeError({
      given: `a softmax over ${formatShape(dims)} as one axis`,
      expected: "at most one extent without a size",
      fix: "export the model with fixed sizes, or with opset 13 or newer",
    });
  }
  return dims.map((dim) => (typeof dim === "string" ? -1 : dim));
}
