import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Reciprocal", () => {
  it("gives one over x", async () => {
    const [y] = await compute([float32([4], [1, -2, 0.5, 4])], (g, x) => g.call("Reciprocal", [x]));
    expect([...y!.data]).toEqual([1, -0.5, 2, 0.25]);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: 0.7, high: 2 })], (g, x) => g.call("Reciprocal", [x])),
    ));

  it("needs its input", () => {
    expect(() => buildGraph([], (g) => g.call("Reciprocal", [], {}, "node"))).toThrow(
      "Reciprocal (node): got no input X (number 0); expected one",
    );
  });
});
