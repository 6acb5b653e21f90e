import type { Node } from "../graph/graph.js";
import type { GraphIndex, Reader } from "../graph/graph-index.js";
import { isOfKind } from "../ops/index.js";

/** A parameter or constant that a node reads. */
export interface StoredTensor {
  readonly name: string;
  /** Whether more than Identity stands between. */
  readonly reordered: boolean;
}

/**
 * The parameter or constant behind an input of a node, through nodes that only move its elements; undefined where there
 * is none of floats.
 */
export function tensorBehind(index: GraphIndex, { node, input }: Reader): StoredTensor | undefined {
  const { parameters, constants } = index.graph;
  let name = node.inputs[input] ?? "";
  let reordered = false;
  while (!parameters.has(name) && !constants.has(name)) {
    const mover = index.maker(name);
    if (mover === undefined || !moves(mover) || index.isComputed(name)) return undefined;
    reordered ||= mover.op !== "Identity";
    name = mover.inputs[0]!;
  }
  return index.value(name).dtype === "float32" ? { name, reordered } : undefined;
}

/** Whether a node gives the elements of its first input alone. */
function moves(node: Node): boolean {
  return isOfKind(node, "view") || node.op === "Transpose";
}
