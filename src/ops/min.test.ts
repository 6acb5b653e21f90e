import { describe, expect, it } from "vitest";
import { float32, type Tensor, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { broadcastLists, forAll } from "../testing/for-all.js";
import { distinctTensors } from "../testing/random-tensor.js";

describe("Min", () => {
  it("shares the gradient evenly among two operands that tie, as torch.minimum does", async () => {
    const [a, b] = [float32([4], [1, 5, 7, 0]), float32([4], [3, 2, 7, 0])];
    const { y, gradients } = await computeGradients([a, b], float32([4], [1, 2, 4, 8]), (g, p, q) =>
      g.call("Min", [p, q]),
    );
    expect([y, ...gradients].map(toNumbers)).toEqual([
      [1, 2, 7, 0],
      [1, 0, 2, 4],
      [0, 2, 2, 4],
    ]);
  });

  it("shares it among three, whichever of them tie, stretched ones too", async () => {
    const feeds = [float32([3], [6, 4, 1]), float32([], [4]), float32([1], [4])];
    const { gradients } = await computeGradients(feeds, float32([3], [6, 12, 24]), (g, ...all) => g.call("Min", all));
    expect(gradients.map(toNumbers)).toEqual([[0, 4, 24], [7], [7]]);
  });

  it("has the gradient that finite differences give, of one to four operands, however they are stretched", () =>
    forAll(broadcastLists(), (shapes) => checkGradient(distinctTensors(shapes, 1), (g, ...all) => g.call("Min", all))));

  it("takes whole numbers", async () => {
    const ints = (...values: number[]): Tensor => ({
      dtype: "int64",
      shape: [2],
      data: BigInt64Array.from(values, BigInt),
    });
    const [y] = await compute([ints(1, 9), ints(4, -2)], (g, a, b) => g.call("Min", [a, b]));
    expect(toNumbers(y!)).toEqual([1, -2]);
  });

  it("keeps a symbolic batch, and says which shapes do not fit", () => {
    const shape = (...types: (number | string)[][]) =>
      buildGraph(
        types.map((dims) => floats(...dims)),
        (g, ...all) => g.call("Min", all, {}, "node"),
      ).outputs[0]!.shape;
    expect(shape(["N", 1], [3], [1, 1])).toEqual(["N", 3]);
    expect(() => shape([2], [1], [3])).toThrow(
      "Min (node): got [2] and [3]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis",
    );
  });
});
