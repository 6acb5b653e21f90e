import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { replay } from "./replay.js";

/**
 * All nodes that compute gates, found by their form, whoever wrote the file: where a map [N, C, H, W] is
 * multiplied by something smaller, [N, C, 1, 1] or [N, 1, H, W], they are what the factor depends on and the map does
 * not, if there is a layer with weights among it. So neither x · σ(x) nor a learnt scale counts.
 */
export function gateNodes(graph: Graph): Set<Node> {
  const values = replay(new GraphBuilder(graph.name), graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const found = new Set<Node>();
  for (const { op, inputs } of graph.nodes) {
    const [map, gate] = op === "Mul" ? mapAndGate(inputs.map((name) => values.get(name)!)) : [];
    if (map === undefined || gate === undefined) continue;
    const own = ancestors(makers, gate.name, ancestors(makers, map.name));
    if (![...own].some(({ op }) => layers.has(op))) continue;
    for (const node of own) found.add(node);
  }
  return found;
}

const layers = new Set(["Conv", "Gemm", "MatMul"]);

/** The larger and the smaller of two factors with four axes. */
function mapAndGate([a, b]: readonly Value[]): [map: Value, gate: Value] | [] {
  if (a?.shape.length !== 4 || b?.shape.length !== 4) return [];
  const stretched = (value: Value, to: Value) =>
    value.shape.slice(1).some((dim, i) => dim === 1 && to.shape[i + 1] !== 1);
  const onOnePixel = (value: Value) => value.shape[2] === 1 && value.shape[3] === 1;
  if (stretched(b, a) || onOnePixel(a)) return [a, b];
  return stretched(a, b) ? [b, a] : [];
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
