import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { distinctTensor } from "../testing/random-tensor.js";

describe("GlobalMaxPool", () => {
  it("takes the largest pixel of every map, and gives the first of equal ones the gradient", async () => {
    const x = float32([1, 2, 2, 2], [1, 4, 4, 3, -1, -1, -1, -2]);
    const results = await compute([x], (g, a) => {
      const y = g.call("GlobalMaxPool", [a]);
      return [y, differentiate(g, g.call("ReduceSum", [y], { keepdims: 0 }), [a])[0]!];
    });
    expect(results.map(({ data }) => [...data])).toEqual([
      [4, -1],
      [0, 1, 0, 0, 1, 0, 0, 0],
    ]);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(3, 5), (shape) => checkGradient([distinctTensor(shape, 1)], (g, x) => g.call("GlobalMaxPool", [x]))));

  it("needs a map", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("GlobalMaxPool", [x], {}, "node"))).toThrow(
      "GlobalMaxPool (node): got x [2, 3]; expected x [N, C, H, W]",
    );
  });
});
