import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dim } from "../graph/graph.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

const shapeAndAxis = shapes(1, 4).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length })),
);

function flattened(from: readonly Dim[], axis: number): readonly Dim[] {
  return buildGraph([floats(...from)], (g, x) => g.call("Flatten", [x], { axis }, "node")).outputs[0]!.shape;
}

describe("Flatten", () => {
  it.each([
    [[2, 3, 4], 1, [2, 12]],
    [[2, 3, 4], 0, [1, 24]],
    [[2, 3, 4], 3, [24, 1]],
    [[2, 3, 4], -1, [6, 4]],
    [["N", 64, 1, 1], 1, ["N", 64]],
    [["N", 3, 4], 2, ["N*3", 4]],
  ] as [Dim[], number, Dim[]][])("makes %j at axis %i into %j", (from, axis, shape) => {
    expect(flattened(from, axis)).toEqual(shape);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapeAndAxis, ([shape, axis]) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Flatten", [x], { axis })),
    ));

  it("says that an axis is out of range", () => {
    expect(() => flattened([2, 3], 3)).toThrow("Flatten (node): got axis 3; expected an axis in [-2, 1]");
  });
});
