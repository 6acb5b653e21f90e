import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("GlobalAveragePool", () => {
  it("averages every map", async () => {
    const x = float32([1, 2, 2, 2], [1, 2, 3, 4, 10, 20, 30, 40]);
    const [y] = await compute([x], (g, a) => g.call("GlobalAveragePool", [a]));
    expect(y).toEqual(float32([1, 2, 1, 1], [2.5, 25]));
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(3, 5), (shape) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("GlobalAveragePool", [x])),
    ));

  it("needs a map", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("GlobalAveragePool", [x], {}, "node"))).toThrow(
      "GlobalAveragePool (node): got x [2, 3]; expected x [N, C, H, W]",
    );
  });
});
