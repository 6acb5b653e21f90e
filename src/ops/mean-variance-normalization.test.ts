import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { naiveStandardize } from "../testing/naive-standardize.js";
import { distinctTensors } from "../testing/random-tensor.js";

const shape4 = fc.tuple(extents(3), extents(3), extents(4), extents(4)).filter(([n, , h, w]) => n * h * w > 1);

describe("MeanVarianceNormalization", () => {
  it("standardises every channel when no axes are given", () =>
    forAll(shape4, async (shape) => {
      const x = distinctTensors([shape], 1)[0]!;
      const [y] = await compute([x], (g, a) => g.call("MeanVarianceNormalization", [a]));
      const inner = shape[2] * shape[3];
      const expected = naiveStandardize(x, 0, (i) => Math.floor(i / inner) % shape[1]);
      expect(largestError(y!, float32(shape, expected))).toBeLessThan(1e-5);
    }));

  it("has the gradient that finite differences give, over any axes", () =>
    forAll(shape4, async (shape) => {
      const x = distinctTensors([shape], 1, { gap: 0.5 })[0]!;
      // More than two elements per row: a pair is standardised to ±1, whose slope of 0 is all rounding.
      for (const axes of [
        [0, 2, 3],
        [0, 1, 2, 3],
      ]) {
        if (axes.reduce((count, axis) => count * shape[axis]!, 1) < 3) continue;
        await checkGradient([x], (g, a) => g.call("MeanVarianceNormalization", [a], { axes }));
      }
    }));

  it("keeps a symbolic batch, and says that an axis is out of range", () => {
    const build = (axes: number[]) =>
      buildGraph([floats("N", 3, 4)], (g, x) => g.call("MeanVarianceNormalization", [x], { axes }, "node"));
    expect(build([0, 2]).outputs[0]!.shape).toEqual(["N", 3, 4]);
    expect(() => build([3])).toThrow("MeanVarianceNormalization (node): got axis 3; expected an axis in [-3, 2]");
  });
});
