import { extent, normalizeAxis } from "../../graph/dims/shape.js";
import type { Op } from "../op.js";

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
  if (x.shape.slice(axis + 1).every((dim) => dim === 1)) return { ...node, attributes: { axis: { int: axis } } };
  const lead = Array<number>(axis).fill(0); // 0 copies an extent, whether it is a number or a name
  const rows = g.call("Reshape", [x, g.ints([...lead, -1])]);
  const sizes = x.shape.slice(axis).map((_, i) => extent(x, axis + i));
  const call = node.op === "Softmax" ? "Softmax" : "LogSoftmax";
  const y = g.call(call, [rows], { axis: -1 });
  return { ...node, op: "Reshape", inputs: [y.name, g.ints([...lead, ...sizes]).name], attributes: {} };
};
