import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** A shape and an order of its axes, or none for the default. */
const cases = shapes(1, 5).chain((shape) => {
  const axes = shape.map((_, i) => i);
  const orders = fc.shuffledSubarray(axes, { minLength: axes.length });
  return fc.tuple(fc.constant(shape), fc.option(orders, { nil: undefined }));
});

describe("Transpose", () => {
  it("turns rows into columns", async () => {
    const [y] = await compute([float32([2, 3], [1, 2, 3, 4, 5, 6])], (g, x) => g.call("Transpose", [x]));
    expect(y).toEqual(float32([3, 2], [1, 4, 2, 5, 3, 6]));
  });

  it("has the gradient that finite differences give, for any order", () =>
    forAll(cases, ([shape, perm]) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Transpose", [x], { perm })),
    ));

  it.each([[[0, 0]], [[0]], [[0, 2]], [[-1, 0]]])("refuses perm %j for two axes", (perm) => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("Transpose", [x], { perm }, "node"))).toThrow(
      `Transpose (node): got perm [${perm}]; expected each of the 2 axes once`,
    );
  });
});
