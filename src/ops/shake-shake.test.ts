import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";

const a = float32([2, 1, 2], [1, 2, 3, 4]);
const b = float32([2, 1, 2], [5, 6, 7, 8]);
const alpha = float32([2, 1, 1], [0.25, 1]);
const beta = float32([2, 1, 1], [0.75, 0.5]);

describe("ShakeShake", () => {
  it("by hand: adds α of a and the rest of b, image by image", async () => {
    const [y] = await compute([a, b, alpha, beta], (g, ...inputs) => g.call("ShakeShake", inputs));
    expect(y).toEqual(float32([2, 1, 2], [4, 5, 3, 4]));
  });

  it("by hand: shares the gradient by β, whatever α was", async () => {
    const gradients = await compute([a, b, alpha, beta], (g, ...inputs) => {
      const loss = g.call("ReduceSum", [g.call("ShakeShake", inputs)], { keepdims: 0 });
      return differentiate(g, loss, inputs.slice(0, 2)).map((gradient) => gradient!);
    });
    expect(gradients).toEqual([float32([2, 1, 2], [0.75, 0.75, 0.5, 0.5]), float32([2, 1, 2], [0.25, 0.25, 0.5, 0.5])]);
  });

  it("refuses branches of different shapes", () =>
    expect(() =>
      buildGraph([floats(2, 3), floats(2, 4), floats(2, 1), floats(2, 1)], (g, ...x) => g.call("ShakeShake", x)),
    ).toThrow("got a [2, 3], b [2, 4]; expected one shape"));
});
