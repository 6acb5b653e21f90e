import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

const cases = shapes(1, 3).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.array(extents(3), { minLength: shape.length, maxLength: shape.length })),
);

describe("Tile", () => {
  it("folds as ONNX Runtime computes", () =>
    forAll(cases, ([shape, repeats]) =>
      checkFold([randomTensor(shape, 1)], (g, x) => g.call("Tile", [x, g.ints(repeats)])),
    ));

  it("has the gradient that finite differences give", () =>
    forAll(cases, ([shape, repeats]) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Tile", [x, g.ints(repeats)])),
    ));

  it("multiplies named extents, and by them", () => {
    const { outputs } = buildGraph([floats("N", 1, 3)], (g, x) => {
      const n = g.call("Shape", [x], { end: 1 });
      return g.call("Tile", [x, g.call("Concat", [g.ints([2]), n, g.ints([1])], { axis: 0 })]);
    });
    expect(outputs[0]!.shape).toEqual(["N*2", "N", 3]);
  });

  it("wants a number for each axis", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("Tile", [x, g.ints([2])], {}, "node"))).toThrow(
      "Tile (node): got 1 repeats for [2, 3]; expected 2, one for each axis",
    );
  });
});
