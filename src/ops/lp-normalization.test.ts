import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

/** A shape, one of its axes counted from either end, and which norm. */
const cases = shapes(1, 4).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 }), fc.constantFrom(1, 2)),
);

describe("LpNormalization", () => {
  it("divides by the norm along an axis, by hand", async () => {
    const x = float32([2, 2], [3, 1, -4, 0]);
    const results = await compute([x], (g, a) => [
      g.call("LpNormalization", [a], { axis: 0 }),
      g.call("LpNormalization", [a], { p: 1 }),
    ]);
    for (const [i, value] of [0.6, 1, -0.8, 0].entries()) expect(results[0]!.data[i]).toBeCloseTo(value, 6);
    for (const [i, value] of [0.75, 0.25, -1, 0].entries()) expect(results[1]!.data[i]).toBeCloseTo(value, 6);
  });

  it("has the gradient that finite differences give, along any axis, for both norms", () =>
    forAll(cases, ([shape, axis, p]) =>
      checkGradient([awayFromZero(shape, 1, { low: 0.5, high: 1.5 })], (g, x) =>
        g.call("LpNormalization", [x], { axis, p }),
      ),
    ));

  it.each([1, 2])("gives 0 with gradient 0 where the norm of order %d is 0", async (p) => {
    const { y, gradients } = await computeGradients(
      [float32([2, 2], [0, 0, 0, 2])],
      float32([2, 2], [1, 2, 3, 4]),
      (g, x) => g.call("LpNormalization", [x], { p }),
    );
    expect(toNumbers(y)).toEqual([0, 0, 0, 1]);
    expect(toNumbers(gradients[0]!)).toEqual([0, 0, 1.5, 0]);
  });

  it("keeps a symbolic batch, and says which order it does not know", () => {
    const build = (p: number) => buildGraph([floats("N", 3)], (g, x) => g.call("LpNormalization", [x], { p }, "node"));
    expect(build(2).outputs[0]!.shape).toEqual(["N", 3]);
    expect(() => build(3)).toThrow("LpNormalization (node): got p 3; expected 1 or 2");
  });
});
