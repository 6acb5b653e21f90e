import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { replay } from "./replay.js";

/** A product of a map and a gate that is computed from it. */
export interface GatedMap {
  readonly product: Node;
  /** The names of the two factors. */
  readonly map: string;
  readonly gate: string;
  /** The nodes that the gate depends on and the map does not. */
  readonly nodes: ReadonlySet<Node>;
}

/** The names of all nodes that compute gates; see {@link gatedMaps}. */
export function gateNodes(graph: Graph): Set<string> {
  const found = gatedMaps(graph, replay(new GraphBuilder(graph.name), graph));
  return new Set(found.flatMap(({ nodes }) => [...nodes].map(({ name }) => name)));
}

/**
 * All gates of a graph, found by their form, whoever wrote the file: where a map [N, C, H, W] is multiplied by something
 * smaller, [N, C, 1, 1] or [N, 1, H, W], the gate is what the factor depends on and the map does not, if there is a
 * layer with weights among it. So neither x · σ(x) nor a learnt scale counts.
 * @param values the graph's values by name, with their shapes.
 */
export function gatedMaps(graph: Graph, values: ReadonlyMap<string, Value>): GatedMap[] {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return graph.nodes.flatMap((product) => {
    const factors = product.op === "Mul" ? product.inputs.map((name) => values.get(name)!) : [];
    for (const [map, gate] of mapAndGate(factors)) {
      const nodes = ancestors(makers, gate.name, ancestors(makers, map.name));
      if (![...nodes].some(({ op }) => layers.has(op))) continue;
      return [{ product, map: map.name, gate: gate.name, nodes }];
    }
    return [];
  });
}

const layers = new Set(["Conv", "Gemm", "MatMul"]);

/** The larger and the smaller of two factors with four axes; on one pixel each may be either. */
function mapAndGate([a, b]: readonly Value[]): (readonly [map: Value, gate: Value])[] {
  if (a?.shape.length !== 4 || b?.shape.length !== 4) return [];
  const stretched = (value: Value, to: Value) =>
    value.shape.slice(1).some((dim, i) => dim === 1 && to.shape[i + 1] !== 1);
  const onOnePixel = (value: Value) => value.shape[2] === 1 && value.shape[3] === 1;
  if (stretched(b, a)) return [[a, b]];
  if (stretched(a, b)) return [[b, a]];
  return onOnePixel(a)
    ? [
        [a, b],
        [b, a],
      ]
    : [];
}

/** The nodes that a value depends on, but for those of `without`. */
function ancestors(
  makers: ReadonlyMap<string, Node>,
  start: string,
  without: ReadonlySet<Node> = new Set(),
): Set<Node> {
  const found = new Set<Node>();
  const visit = [start];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    const node = makers.get(name);
    if (node === undefined || found.has(node) || without.has(node)) continue;
    found.add(node);
    visit.push(...node.inputs);
  }
  return found;
}
