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

  /** The extents of x [N, 12, 7, 7], some multiplied or divided, as the target. */
  it.each<[Dim[], Dim[], Dim[]]>([
    [
      ["N", 12, 7, 7],
      ["N", -1],
      ["N", 588],
    ],
    [
      ["N", 12, 7, 7],
      ["N*4", 3, 7, 7],
      ["N*4", 3, 7, 7],
    ],
    [
      ["N*4", 3, 7, 7],
      [-1, 12, 7, 7],
      ["N", 12, 7, 7],
    ],
    [
      ["N*7", 7, 16],
      [-1, 7, 7, 16],
      ["N", 7, 7, 16],
    ],
    [
      ["N", 16],
      [-1, 8, 16],
      ["N/8", 8, 16],
    ],
    [
      ["N/8", 8, 16],
      [-1, 16],
      ["N", 16],
    ],
    [
      ["N", "T", 4],
      ["N", -1],
      ["N", "T*4"],
    ],
    [
      ["N", "T", 4],
      [-1, "T"],
      ["N*4", "T"],
    ],
    [
      ["N", 6],
      [1, 6],
      [1, 6],
    ],
  ])("makes %j by a target %j that is computed from shapes into %j", (from, target, to) => {
    const { outputs } = buildGraph(
      [floats(...from), floats(...target.map((dim) => (dim === -1 ? 1 : dim)))],
      (g, x, t) => {
        const dims = target.map((dim, i) =>
          dim === -1 ? g.ints([-1]) : g.call("Shape", [t], { start: i, end: i + 1 }),
        );
        return g.call("Reshape", [x, g.call("Concat", dims, { axis: 0 })]);
      },
    );
    expect(outputs[0]!.shape).toEqual(to);
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
    [
      [0, 3],
      [0, -1],
    ],
  ])("refuses %j to %j", (from, to) => {
    expect(() => reshaped(from, to)).toThrow(
      `Reshape (node): got [${from.join(", ")}] to [${to.join(", ")}]; expected as many elements after as before, with at most one -1`,
    );
  });

  it.each([1, 3])("refuses a another number of elements in each example: %i in each row", (row) => {
    const refused = () => reshaped(["N", 2], [0, row]);
    expect(refused).toThrow(`Reshape (node): got [N, 2] to [N, ${row}]; expected as many elements after as before`);
  });

  it("wants a shape that is known while the graph is built", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [1] } as const];
    expect(() => buildGraph(types, (g, x, to) => g.call("Reshape", [x, to], {}, "node"))).toThrow(
      "Reshape (node): got a shape that is computed; expected a constant",
    );
  });
});
