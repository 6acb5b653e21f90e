import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import type { Node, Value, ValueType } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import type { PlainAlgorithm } from "../ops/op.js";
import { type Choose, chosen } from "./algorithms.js";

/** A node of the domain `senet` in ONNX's own operators; undefined for any other. */
export function lowerPlain(
  g: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
  choose?: Choose,
): readonly Value[] | undefined {
  const given = inputs.filter((input) => input !== undefined);
  const algorithms = plainAlgorithms(node, given);
  if (algorithms.length > 0) return chosen({ ...node, inputs: given }, algorithms, choose).write(g, given);
  return opOf(node.op, node.domain).lower?.(g, { inputs, attributes: attributesOf(node) });
}

/** The ways to compute a node in ONNX's own operators, where there are several. */
export function plainAlgorithms(node: Node, inputs: readonly ValueType[]): readonly PlainAlgorithm[] {
  return opOf(node.op, node.domain).algorithms?.({ inputs, attributes: attributesOf(node) }) ?? [];
}
