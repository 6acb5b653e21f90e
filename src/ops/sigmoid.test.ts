import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Sigmoid", () => {
  it("is ½ at 0, and symmetric", async () => {
    const [y] = await compute([float32([4], [0, 1, -1, 100])], (g, x) => g.call("Sigmoid", [x]));
    for (const [i, expected] of [0.5, 0.7310585786, 0.2689414214, 1].entries()) {
      expect(y!.data[i]).toBeCloseTo(expected, 6);
    }
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -3, high: 3 })], (g, x) => g.call("Sigmoid", [x])),
    ));

  it("needs its input", () => {
    expect(() => buildGraph([], (g) => g.call("Sigmoid", [], {}, "node"))).toThrow(
      "Sigmoid (node): got no input X (number 0); expected one",
    );
  });
});
