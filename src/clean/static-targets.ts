import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import { rangeOf, subtractDims } from "../graph/dims/dim.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import type { Dim, Node, Value, ValueType } from "../graph/graph.js";

/**
 * Numbers for an input that was computed from shapes, such that the node gives the same; undefined where there are
 * none.
 */
type StaticTarget = (
  g: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
) => Readonly<Record<number, readonly number[]>> | undefined;

const targets: Readonly<Record<string, StaticTarget>> = {
  // One named extent is what is left (-1), others are those of the input at the same place (0).
  Reshape: (g, node, [x]) => {
    const [{ shape }] = g.typesOf(node) as [ValueType];
    const copies = shape.filter((dim) => typeof dim === "string").length > 1 && attributesOf(node).allowzero === 0;
    const copied = (dim: Dim, i: number) => (copies && x!.shape[i] === dim ? 0 : -1);
    const target = shape.map((dim, i) => (typeof dim === "number" ? dim : copied(dim, i)));
    const plain = !shape.includes(0) && target.filter((dim) => dim === -1).length <= 1;
    return plain ? { 1: target } : undefined;
  },
  // An extent that is not stretched may be 1 in the target.
  Expand: (g, node, [x]) => {
    const [{ shape }] = g.typesOf(node) as [ValueType];
    const lead = shape.length - x!.shape.length;
    const target = shape.map((dim, i) => (dim === x!.shape[i - lead] ? 1 : dim));
    return target.every((dim) => typeof dim === "number") ? { 1: target } : undefined;
  },
  // An end at or behind the named extent of its axis is as far as possible.
  Slice: (g, _, [x, starts, ends, axes]) => {
    const [from, to] = [starts, ends].map((value) => value && g.known(value)?.data);
    const along = axes === undefined ? from?.map((_, i) => i) : g.known(axes)?.data;
    if (from === undefined || to === undefined || along === undefined) return undefined;
    const far = to.map((end, i) => {
      const size = x!.shape[normalizeAxis(Number(along[i]), x!.shape.length)]!;
      return typeof end === "string" && rangeOf(subtractDims(end, size)).low >= 0 ? 2 ** 31 - 1 : end;
    });
    return numbers(from) && numbers(far) ? { 1: from, 2: far } : undefined;
  },
};

/** The node with constants where it had inputs computed from shapes; undefined where it has none, or needs them. */
export function withStaticTarget(
  g: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
): Node | undefined {
  const computed = inputs.slice(1).some((value) => value !== undefined && g.constantOf(value) === undefined);
  const target = node.domain === "" && Object.hasOwn(targets, node.op) ? targets[node.op] : undefined;
  if (!computed || target === undefined || inputs[0] === undefined) return undefined;
  const given = target(g, node, inputs);
  if (given === undefined) return undefined;
  return { ...node, inputs: node.inputs.map((name, i) => (given[i] ? g.ints(given[i]).name : name)) };
}

function numbers(dims: readonly Dim[]): dims is readonly number[] {
  return dims.every((dim) => typeof dim === "number");
}
