import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Sqrt", () => {
  it("gives the root", async () => {
    const [y] = await compute([float32([4], [1, 4, 0.25, 0])], (g, x) => g.call("Sqrt", [x]));
    expect([...y!.data]).toEqual([1, 2, 0.5, 0]);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: 0.5, high: 2 })], (g, x) => g.call("Sqrt", [x])),
    ));

  it("needs its input", () => {
    expect(() => buildGraph([], (g) => g.call("Sqrt", [], {}, "node"))).toThrow(
      "Sqrt (node): got no input X (number 0); expected one",
    );
  });
});
