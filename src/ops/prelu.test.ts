import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll, partOf, shapes } from "../testing/for-all.js";
import { awayFromZero, randomTensor } from "../testing/random-tensor.js";

const cases = shapes(1, 4).chain((shape) => fc.tuple(fc.constant(shape), partOf(shape)));

describe("PRelu", () => {
  it("gives values and both gradients by hand; at 0 the slope counts", async () => {
    const x = float32([1, 2, 3], [-2, 0, 3, 4, -1, 0]);
    const dy = float32([1, 2, 3], [1, 2, 3, 4, 5, 6]);
    const { y, gradients } = await computeGradients([x, float32([2, 1], [0.5, -3])], dy, (g, a, slope) =>
      g.call("PRelu", [a, slope]),
    );
    expect(toNumbers(y).map((value) => value + 0)).toEqual([-1, 0, 3, 4, 3, 0]);
    expect(gradients.map(toNumbers)).toEqual([
      [0.5, 1, 3, 4, -15, -18],
      [-2, -5],
    ]);
  });

  it("has the gradients that finite differences give, however the slope is broadcast", () =>
    forAll(cases, ([shape, slope]) =>
      checkGradient([awayFromZero(shape, 1), randomTensor(slope, 2)], (g, x, s) => g.call("PRelu", [x, s])),
    ));

  it("keeps a symbolic batch, and says that a slope does not fit", () => {
    const prelu = (shape: number[]) =>
      buildGraph([floats("N", 3, 4, 4), floats(...shape)], (g, x, slope) => g.call("PRelu", [x, slope], {}, "node"));
    expect(prelu([3, 1, 1]).outputs[0]!.shape).toEqual(["N", 3, 4, 4]);
    expect(() => prelu([2, 1, 3, 1, 1])).toThrow(
      "PRelu (node): got x float32 [N, 3, 4, 4], slope float32 [2, 1, 3, 1, 1]; expected a slope of the same type that broadcasts to the shape of x",
    );
  });
});
