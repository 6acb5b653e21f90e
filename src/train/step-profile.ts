import type { Place } from "../graph/graph.js";

/** The time of one node of a training step, and the bytes that it read and wrote. */
export interface TimedNode {
  readonly node: string;
  readonly op: string;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** What a kind of operator, or a layer, takes in one step; in milliseconds. */
export interface StepShare {
  readonly name: string;
  readonly nodes: number;
  readonly forward: number;
  readonly backward: number;
  readonly update: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Where the time of a training step goes. */
export interface StepProfile {
  /** The slowest first. */
  readonly operators: readonly StepShare[];
  /** In the order of the network. A pass that serves several layers counts to the first that needed it. */
  readonly layers: readonly StepShare[];
}

/** What the engine itself puts into a graph, and what no layer owns. */
const elsewhere: Place = { phase: "update", layer: "(step)" };

/** Adds up nodes by operator and by layer. */
export function stepProfile(nodes: readonly TimedNode[], places: ReadonlyMap<string, Place>): StepProfile {
  const placed = nodes.map((node) => ({ ...node, ...(places.get(node.node) ?? elsewhere) }));
  const order = new Map([...places.values()].map(({ layer }, i) => [layer, i] as const).toReversed());
  const layers = sums(placed, ({ layer }) => layer);
  return {
    operators: sums(placed, ({ op }) => op).toSorted((a, b) => b.milliseconds - a.milliseconds),
    layers: layers.toSorted((a, b) => (order.get(a.name) ?? order.size) - (order.get(b.name) ?? order.size)),
  };
}

type Placed = TimedNode & Place;

function sums(nodes: readonly Placed[], nameOf: (node: Placed) => string): StepShare[] {
  const shares = new Map<string, StepShare>();
  for (const node of nodes) {
    const name = nameOf(node);
    const zero = { name, nodes: 0, forward: 0, backward: 0, update: 0, milliseconds: 0, bytes: 0 };
    const share = shares.get(name) ?? zero;
    shares.set(name, {
      ...share,
      nodes: share.nodes + 1,
      [node.phase]: share[node.phase] + node.milliseconds,
      milliseconds: share.milliseconds + node.milliseconds,
      bytes: share.bytes + node.bytes,
    });
  }
  return [...shares.values()];
}
