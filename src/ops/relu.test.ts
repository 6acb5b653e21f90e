import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("Relu", () => {
  it("cuts off at 0", async () => {
    const [y] = await compute([float32([4], [1, -2, 0, 3])], (g, x) => g.call("Relu", [x]));
    expect([...y!.data]).toEqual([1, 0, 0, 3]);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) => checkGradient([awayFromZero(shape, 1)], (g, x) => g.call("Relu", [x]))));

  it("needs its input", () => {
    expect(() => buildGraph([], (g) => g.call("Relu", [], {}, "node"))).toThrow(
      "Relu (node): got no input X (number 0); expected one",
    );
  });
});
