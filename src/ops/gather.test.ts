import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, seeds, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** A tensor, an axis counted from either end, and indices of any rank into it, some from the end, some twice. */
const cases = fc.tuple(shapes(1, 3), shapes(0, 2), fc.nat(2), fc.boolean(), seeds).map(([shape, at, i, end, seed]) => {
  const axis = i % shape.length;
  const size = shape[axis]!;
  const count = at.reduce((product, dim) => product * dim, 1);
  const places = Array.from({ length: count }, (_, k) => ((seed + 7 * k * k) % (2 * size)) - size);
  return { shape, axis: end ? axis - shape.length : axis, indices: int64(at, places), seed };
});

describe("Gather", () => {
  it("takes columns, also from the end, and drops the axis for an index without axes", async () => {
    const x = float32([2, 3], [1, 2, 3, 4, 5, 6]);
    const [columns, last] = await compute([x], (g, a) => [
      g.call("Gather", [a, g.ints([2, 0, -1])], { axis: 1 }),
      g.call("Gather", [a, g.constant(int64([], [-1]))], { axis: -1 }),
    ]);
    expect(columns).toEqual(float32([2, 3], [3, 1, 3, 6, 4, 6]));
    expect(last).toEqual(float32([2], [3, 6]));
  });

  it("folds as ONNX Runtime computes", () =>
    forAll(cases, ({ shape, axis, indices, seed }) =>
      checkFold([randomTensor(shape, seed), indices], (g, x, at) => g.call("Gather", [x, at], { axis })),
    ));

  it("has the gradient that finite differences give, for constant indices", () =>
    forAll(cases, ({ shape, axis, indices, seed }) =>
      checkGradient([randomTensor(shape, seed)], (g, x) => g.call("Gather", [x, g.constant(indices)], { axis })),
    ));

  it("has it for indices that are fed, also where one comes many times", () =>
    forAll(cases, ({ shape, axis, indices, seed }) =>
      checkGradient([randomTensor(shape, seed), indices], (g, x, at) => g.call("Gather", [x, at], { axis })),
    ));

  it("needs no scatter to go back over constant indices that come once", () => {
    const { nodes } = buildGraph([floats(4, 6)], (g, x) => {
      const y = g.call("Gather", [x, g.ints([5, 0])], { axis: 1 });
      return g.call("Concat", [y, y], { axis: 0 });
    });
    expect(nodes.some(({ op }) => op.startsWith("Scatter"))).toBe(false);
  });

  it("takes a named extent out of a shape", () => {
    const size = knownElements(
      [floats("N", 3, 8)],
      (g, x) => g.call("Gather", [g.call("Shape", [x]), g.constant(int64([], [0]))]),
      { N: 5 },
    );
    expect(size).toEqual(["N"]);
  });

  it("refuses an index that is not there", () => {
    expect(() => buildGraph([floats(2, 3)], (g, x) => g.call("Gather", [x, g.ints([3])], { axis: 1 }, "node"))).toThrow(
      "Gather (node): got index 3 along axis 1 of [2, 3]; expected indices in [-3, 2]",
    );
  });
});
