import type { Graph, Node, Value } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { perGraph } from "../graph/per-graph.js";
import { isOfKind, opOf } from "../ops/index.js";

/** A product of a map and a gate that is computed from it. */
export interface GatedMap {
  readonly product: Node;
  /** The names of the two factors; of one that an Expand stretched to the other's shape, that of what it stretched. */
  readonly map: string;
  readonly gate: string;
  /** The nodes that the gate depends on and the map does not. */
  readonly nodes: ReadonlySet<Node>;
}

/** The names of all nodes that compute gates; see {@link gatedMaps}. */
export function gateNodes(graph: Graph): Set<string> {
  return new Set(gatedMaps(graph).flatMap(({ nodes }) => [...nodes].map(({ name }) => name)));
}

/**
 * All gates of a graph, found by their form, whoever wrote the file: where a map [N, C, H, W] is multiplied by
 * something smaller, [N, C, 1, 1] or [N, 1, H, W], the gate is what the factor depends on and the map does not, if
 * there is a layer with weights among it, or a pool or reduction and an operator whose results serve as gates. So
 * neither x · σ(x) nor a learnt scale counts.
 */
export const gatedMaps: (graph: Graph) => readonly GatedMap[] = perGraph((graph) => {
  const index = indexOf(graph);
  const factorOf = (name: string): Factor => {
    const maker = index.maker(name);
    return { name, value: index.value(maker?.op === "Expand" ? maker.inputs[0]! : name) };
  };
  return graph.nodes.flatMap((product) => {
    const factors = product.op === "Mul" ? product.inputs.map(factorOf) : [];
    for (const [map, gate] of mapAndGate(factors)) {
      const before = index.ancestors(map.name);
      const nodes = index.ancestors(gate.name, (name) => before.has(index.maker(name)!));
      if (!gates(nodes)) continue;
      return [{ product, map: map.value.name, gate: gate.value.name, nodes }];
    }
    return [];
  });
});

/** A factor of a product: its name there, and the value before an Expand, which other products would do without. */
interface Factor {
  readonly name: string;
  readonly value: Value;
}

function gates(nodes: ReadonlySet<Node>): boolean {
  const all = [...nodes];
  const pooled = () => all.some((node) => isOfKind(node, "pool", "reduce"));
  return all.some((node) => isOfKind(node, "layer")) || (pooled() && all.some(squashes));
}

function squashes({ op, domain }: Node): boolean {
  const rule = opOf(op, domain);
  return "gate" in rule && rule.gate !== "never";
}

/** The larger and the smaller of two factors with four axes; on one pixel each may be either. */
function mapAndGate([a, b]: readonly Factor[]): (readonly [map: Factor, gate: Factor])[] {
  if (a?.value.shape.length !== 4 || b?.value.shape.length !== 4) return [];
  if (stretched(b.value, a.value)) return [[a, b]];
  if (stretched(a.value, b.value)) return [[b, a]];
  return onOnePixel(a.value)
    ? [
        [a, b],
        [b, a],
      ]
    : [];
}

function stretched({ shape }: Value, to: Value): boolean {
  return shape.slice(1).some((dim, i) => dim === 1 && to.shape[i + 1] !== 1);
}

function onOnePixel({ shape }: Value): boolean {
  return shape[2] === 1 && shape[3] === 1;
}
