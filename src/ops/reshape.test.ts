import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dim } from "../graph/graph.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

function reshaped(from: readonly Dim[], to: readonly number[], attributes = {}): readonly Dim[] {
  return buildGraph([floats(...from)], (g, x) => g.call("Reshape", [x, g.ints(to)], attributes, "node")).outputs[0]!
    .shape;
}

describe("Reshape", () => {
  it.each([
    [
      [2, 3, 4],
      [6, 4],
      [6, 4],
    ],
    [[2, 3, 4], [-1], [24]],
    [
      [2, 3, 4],
      [0, -1],
      [2, 12],
    ],
    [
      [2, 3, 4],
      [4, 0, -1],
      [4, 3, 2],
    ],
    [
      ["N", 3, 4],
      [0, 12],
      ["N", 12],
    ],
    [
      ["N", 3, 4],
      [0, -1],
      ["N", 12],
    ],
    [
      ["N", 3, 4],
      [-1, 12],
      ["N", 12],
    ],
    [
      ["N", 3, 4],
      [-1, 4],
      ["N*3", 4],
    ],
    [[], [1, 1], [1, 1]],
    [[1], [], []],
  ] as [Dim[], number[], Dim[]][])("makes %j by %j into %j", (from, to, shape) => {
    expect(reshaped(from, to)).toEqual(shape);
  });

  it("has the gradient that finite differences give", () =>
    forAll(shapes(1, 4), (shape) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Reshape", [x, g.ints([-1, shape.at(-1)!])])),
    ));

  it("has a gradient where extents are copied and left over", () =>
    forAll(fc.tuple(shapes(3, 3), fc.nat(2)), ([shape, rest]) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Reshape", [x, g.ints([0, 0, 0].with(rest, -1))])),
    ));

  it.each([
    [[2, 3], [4]],
    [
      [2, 3],
      [4, -1],
    ],
    [
      [2, 3],
      [-1, -1],
    ],
    [
      [2, 3],
      [-2, -3],
    ],
  ])("refuses %j to %j", (from, to) => {
    expect(() => reshaped(from, to)).toThrow(
      `Reshape (node): got [${from.join(", ")}] to [${to.join(", ")}]; expected as many elements after as before, with at most one -1`,
    );
  });

  it("wants a shape that is known while the graph is built", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [1] } as const];
    expect(() => buildGraph(types, (g, x, to) => g.call("Reshape", [x, to], {}, "node"))).toThrow(
      "Reshape (node): got a shape that is computed; expected a constant",
    );
  });
});
