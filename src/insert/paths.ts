import type { Node } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";

/** What lies between the last value that several values have in common and each of them. */
export interface Paths {
  /** The value that all of them come from, the last one of those. */
  readonly from: string;
  /** For each of them the nodes that lead there, from the last to the first, and to none of the others. */
  readonly own: readonly (readonly Node[])[];
  /** All nodes between, also those that lead to several of them. */
  readonly all: ReadonlySet<Node>;
}

/**
 * Follows values back to where they were one. The values that are not followed yet are kept with the ends they lead to,
 * and the last of them in the order of the graph goes first; where only one is left and leads to all ends, they all
 * come from it.
 * @returns undefined where they come from several inputs of the graph.
 */
export function pathsTo(index: GraphIndex, ends: readonly string[]): Paths | undefined {
  const open = new Map<string, bigint>();
  const mark = (name: string, mask: bigint) => open.set(name, (open.get(name) ?? 0n) | mask);
  for (const [i, name] of ends.entries()) mark(name, 1n << BigInt(i));
  const everyEnd = (1n << BigInt(ends.length)) - 1n;
  const masks = new Map<Node, bigint>();
  for (;;) {
    const [last, ...others] = latest(index, open);
    if (last === undefined) return undefined;
    if (others.length === 0 && open.size === 1 && open.get(last) === everyEnd) {
      const own = ends.map((_, i) => [...masks].flatMap(([node, mask]) => (mask === 1n << BigInt(i) ? [node] : [])));
      return { from: last, own, all: new Set(masks.keys()) };
    }
    const node = index.maker(last);
    if (node === undefined) return undefined;
    // several outputs of one node are followed together
    const mask = [last, ...others].reduce((all, name) => all | open.get(name)!, 0n);
    for (const name of [last, ...others]) open.delete(name);
    masks.set(node, (masks.get(node) ?? 0n) | mask);
    for (const name of node.inputs) if (index.isComputed(name)) mark(name, mask);
  }
}

/** The open values that the last node makes. */
function latest(index: GraphIndex, open: ReadonlyMap<string, bigint>): string[] {
  let best = Number.NEGATIVE_INFINITY;
  let found: string[] = [];
  for (const name of open.keys()) {
    const order = index.order(name);
    if (order > best) [best, found] = [order, []];
    if (order === best) found.push(name);
  }
  return found;
}
