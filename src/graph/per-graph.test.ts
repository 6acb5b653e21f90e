import { expect, it, vi } from "vitest";
import { buildGraph, floats } from "../testing/build-graph.js";
import { perGraph } from "./per-graph.js";

it("computes once for each graph, also where what it gives is undefined", () => {
  const graph = buildGraph([floats(2)], (g, x) => g.call("Neg", [x]));
  const compute = vi.fn(({ nodes }: typeof graph) => (nodes.length > 0 ? nodes[0] : undefined));
  const first = perGraph(compute);
  expect([first(graph), first(graph)]).toEqual([graph.nodes[0], graph.nodes[0]]);
  const empty = { ...graph, nodes: [] };
  expect([first(empty), first(empty)]).toEqual([undefined, undefined]);
  expect(compute).toHaveBeenCalledTimes(2);
});
