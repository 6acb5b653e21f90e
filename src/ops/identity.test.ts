import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Identity", () => {
  it("gives what it gets", async () => {
    const [y] = await compute([float32([4], [1, -2, 0.5, 3])], (g, x) => g.call("Identity", [x]));
    expect([...y!.data]).toEqual([1, -2, 0.5, 3]);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) => checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Identity", [x]))));

  it("needs its input", () => {
    expect(() => buildGraph([], (g) => g.call("Identity", [], {}, "node"))).toThrow(
      "Identity (node): got no input X (number 0); expected one",
    );
  });
});
