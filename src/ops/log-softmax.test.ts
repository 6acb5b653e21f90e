import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFlattened } from "../testing/check-flattened.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** A shape and one of its axes, counted from either end. */
const shapeAndAxis = shapes(1, 4).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })),
);

describe("LogSoftmax", () => {
  it("works along the last axis, and large inputs do not overflow", async () => {
    const x = float32([2, 3], [1000, 1000, 1000 + Math.LN2, -5, -5, -5]);
    const [y] = await compute([x], (g, a) => g.call("LogSoftmax", [a]));
    for (const [i, expected] of [0.25, 0.25, 0.5, 1 / 3, 1 / 3, 1 / 3].map(Math.log).entries()) {
      expect(y!.data[i]).toBeCloseTo(expected, 4); // ln 2 loses digits beside 1000
    }
  });

  it("has the gradient that finite differences give, along any axis", () =>
    forAll(shapeAndAxis, ([shape, axis]) =>
      checkGradient([randomTensor(shape, 1, { low: -2, high: 2 })], (g, x) => g.call("LogSoftmax", [x], { axis })),
    ));

  it("says that an axis is out of range", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("LogSoftmax", [x], { axis: 2 }, "node"))).toThrow(
      "LogSoftmax (node): got axis 2; expected an axis in [-2, 1]",
    );
  });

  it('reads the form before opset 13: the axes from "axis" on, 1 when left out, are one', () =>
    checkFlattened("LogSoftmax"));
});
