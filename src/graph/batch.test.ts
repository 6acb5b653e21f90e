import { expect, it } from "vitest";
import { buildGraph, floats } from "../testing/build-graph.js";
import { batchNames, withBatch } from "./batch.js";
import { indexOf } from "./graph-index.js";

const graph = buildGraph([floats("N", 4), floats("M", "N"), floats(2, "K")], (g, x, y, z) => [
  g.call("Neg", [x], {}, "a"),
  g.call("Neg", [y], {}, "b"),
  g.call("Neg", [z], {}, "c"),
]);

it("gives the named first extents of inputs a size, wherever the names stand", () => {
  expect(batchNames(graph, 5)).toEqual({ N: 5, M: 5 });
  const bound = withBatch(graph, 5);
  expect(["a", "b", "c"].map((name) => indexOf(bound).value(name).shape)).toEqual([
    [5, 4],
    [5, 5],
    [2, "K"],
  ]);
  expect(bound.nodes).toBe(graph.nodes);
});
