import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

const limits = [undefined, 0.1, -0.1] as const;

describe("Clip", () => {
  it("has its values and slopes; exactly at a limit the gradient passes, next to it on the outside none does", () => {
    const clip = (x: number) => Math.min(Math.max(x, 0), 6);
    return checkCurve((g, x) => g.call("Clip", [x, g.scalar(0), g.scalar(6)]), {
      value: clip,
      slope: (x) => (x === clip(x) ? 1 : 0),
      points: [...everywhere, 0, 6, -1e-37, 1e-37, 6 + 4e-7, 6 - 4e-7, 3e38, Infinity, -Infinity],
      tolerance: 0,
    });
  });

  it("has the gradient that finite differences give, with either limit or none", () =>
    forAll(fc.tuple(shapes(0), fc.constantFrom(...limits), fc.constantFrom(...limits)), ([shape, min, max]) =>
      checkGradient([awayFromZero(shape, 1)], (g, x) =>
        g.call("Clip", [x, ...[min, max].map((limit) => (limit === undefined ? undefined : g.scalar(limit)))]),
      ),
    ));

  it("takes limits that are computed, also as [1]", async () => {
    const feeds = [float32([4], [-2, -1, 1, 5]), float32([], [-0.5]), float32([1], [3])];
    const { y, gradients } = await computeGradients(
      feeds,
      float32([4], [1, 2, 3, 4]),
      (g, x, min, max) => g.call("Clip", [x, g.call("Add", [min, min]), max]),
      [0],
    );
    expect([y, gradients[0]!].map(toNumbers)).toEqual([
      [-1, -1, 1, 3],
      [0, 2, 3, 0],
    ]);
  });

  it("clips whole numbers", async () => {
    const x: Tensor = { dtype: "int32", shape: [3], data: Int32Array.of(-5, 2, 9) };
    const limit = (value: number): Tensor => ({ dtype: "int32", shape: [], data: Int32Array.of(value) });
    const [y] = await compute([x], (g, a) => g.call("Clip", [a, g.constant(limit(0)), g.constant(limit(7))]));
    expect(toNumbers(y!)).toEqual([0, 2, 7]);
  });

  it("keeps a symbolic batch and says which limit does not fit", () => {
    const graph = buildGraph([floats("N", 3)], (g, x) => g.call("Clip", [x, g.scalar(0)]));
    expect(graph.outputs[0]!.shape).toEqual(["N", 3]);
    expect(() =>
      buildGraph([floats(3), floats(2)], (g, x, max) => g.call("Clip", [x, undefined, max], {}, "node")),
    ).toThrow("Clip (node): got input float32 [3], max float32 [2]; expected max to be one float32");
  });

  it("is known of whole numbers and extents", async () => {
    await checkFold([int64([3], [-2, 3, 9]), int64([], [0]), int64([1], [5])], (g, ...all) => g.call("Clip", all));
    const clip = (low: number | undefined, high: number | undefined) =>
      knownElements(
        [floats("N", 7)],
        (g, x) => {
          const limit = (value: number | undefined) =>
            value === undefined ? undefined : g.constant(int64([], [value]));
          return g.call("Clip", [g.call("Shape", [x]), limit(low), limit(high)]);
        },
        { N: 9 },
      );
    expect(clip(1, undefined)).toEqual(["N", 7]);
    expect(clip(undefined, 5)).toEqual(["min(5, N)", 5]);
    expect(clip(undefined, undefined)).toEqual(["N", 7]);
  });
});
