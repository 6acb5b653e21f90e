import { expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { float32 } from "../graph/tensor.js";
import { tensorBehind } from "./stored-tensor.js";

it.each<[string, (g: GraphBuilder, w: Value, x: Value) => Value, ReturnType<typeof tensorBehind>]>([
  ["a parameter itself", (_, w) => w, { name: "w", reordered: false }],
  ["one under another name", (g, w) => g.call("Identity", [w]), { name: "w", reordered: false }],
  ["one that is turned", (g, w) => g.call("Transpose", [w], { perm: [1, 0] }), { name: "w", reordered: true }],
  ["one in another shape", (g, w) => g.call("Reshape", [w, g.ints([4, 4])]), { name: "w", reordered: true }],
  ["a constant", (g) => g.constant(float32([4, 1], [1, 2, 3, 4]), "c"), { name: "c", reordered: false }],
  ["integers", (g) => g.ints([1, 2, 3, 4]), undefined],
  ["what is computed of one", (g, w) => g.call("Neg", [w]), undefined],
  ["what depends on the input", (_, __, x) => x, undefined],
])("tensorBehind finds of %s what it is", (_, write, expected) => {
  const g = new GraphBuilder("test", { fold: false });
  const x = g.input("x", "float32", [4, 4]);
  const w = g.parameter("w", [4, 4], { kind: "uniform-fan-in" });
  g.output(g.call("Identity", [write(g, w, x)], {}, "reader"));
  const index = indexOf(g.build());
  expect(tensorBehind(index, { node: index.maker("reader")!, input: 0 })).toEqual(expected);
});
