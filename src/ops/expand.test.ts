import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastPairs, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Expand", () => {
  it("repeats a column", async () => {
    const [y] = await compute([float32([2, 1], [1, 2])], (g, x) => g.call("Expand", [x, g.ints([1, 3])]));
    expect(y).toEqual(float32([2, 3], [1, 1, 1, 2, 2, 2]));
  });

  it("has the gradient that finite differences give", () =>
    forAll(broadcastPairs(), ([from, to]) =>
      checkGradient([randomTensor(from, 1)], (g, x) => g.call("Expand", [x, g.ints(to)])),
    ));

  it("stretches to an extent that is computed from a shape", () => {
    const { outputs } = buildGraph([floats("N", 3), floats(1, 3)], (g, x, row) =>
      g.call("Expand", [row, g.call("Shape", [x])]),
    );
    expect(outputs[0]!.shape).toEqual(["N", 3]);
  });

  it("says which shapes do not fit", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("Expand", [x, g.ints([4])], {}, "node"))).toThrow(
      "Expand (node): got [2, 3] and [4]; expected shapes that broadcast",
    );
  });

  it("wants a shape that is known while the graph is built", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, x, to) => g.call("Expand", [x, to], {}, "node"))).toThrow(
      "Expand (node): got a shape that is computed; expected a constant",
    );
  });
});
