import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastPairs, forAll, seeds } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Add", () => {
  it("stretches the shorter operand: a + b by hand", async () => {
    const [y] = await compute([float32([2, 3], [1, 2, 3, 4, 5, 6]), float32([3], [10, 20, 30])], (g, a, b) =>
      g.call("Add", [a, b]),
    );
    expect([...y!.data]).toEqual([11, 22, 33, 14, 25, 36]);
  });

  it("has the gradient that finite differences give, whichever operand is stretched", () =>
    forAll(broadcastPairs(), async ([a, b]) => {
      const inputs = [randomTensor(a, 1), randomTensor(b, 2)];
      await checkGradient(inputs, (g, p, q) => g.call("Add", [p, q]));
    }));

  it.each([
    [
      [2, 3, 4, 5],
      [3, 1, 1],
    ],
    [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ],
    [
      [1, 3, 1, 1],
      [2, 3, 4, 5],
    ],
    [
      [2, 3, 4, 5],
      [1, 1, 4, 5],
    ],
    [[2, 3, 4, 5], []],
  ])("has the right gradient for %j and %j", (a, b) =>
    checkGradient([randomTensor(a, 1), randomTensor(b, 2)], (g, p, q) => g.call("Add", [p, q])),
  );

  it("adds both gradients when one value is both operands", () =>
    forAll(
      seeds,
      (seed) => checkGradient([randomTensor([3, 2], seed)], (g, a) => g.call("Add", [a, g.call("Add", [a, a])])),
      5,
    ));

  it("says which shapes do not fit", () => {
    expect(() => buildGraph([floats(2, 3), floats(4)], (g, a, b) => g.call("Add", [a, b], {}, "node"))).toThrow(
      "Add (node): got [2, 3] and [4]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis",
    );
  });

  it("says that element types differ", () => {
    const types = [floats(2), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, a, b) => g.call("Add", [a, b], {}, "node"))).toThrow(
      "Add (node): got float32 and int64; expected one element type; Cast one of them",
    );
  });
});
