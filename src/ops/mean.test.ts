import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastLists, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Mean", () => {
  it("averages any number of operands with broadcasting, by hand", async () => {
    const feeds = [float32([2, 2], [1, 2, 3, 4]), float32([2], [10, 20]), float32([], [100])];
    const results = await compute(feeds, (g, a, b, c) => [g.call("Mean", [a]), g.call("Mean", [a, b, c])]);
    expect(toNumbers(results[0]!)).toEqual([1, 2, 3, 4]);
    for (const [i, sum] of [111, 122, 113, 124].entries()) expect(results[1]!.data[i]).toBeCloseTo(sum / 3, 4);
  });

  it("has the gradient that finite differences give, of one to four operands, however they are stretched", () =>
    forAll(broadcastLists(), (shapes) =>
      checkGradient(
        shapes.map((shape, i) => randomTensor(shape, i)),
        (g, ...all) => g.call("Mean", all),
      ),
    ));

  it("keeps a symbolic batch, and says which shapes do not fit", () => {
    const shape = (...types: (number | string)[][]) =>
      buildGraph(
        types.map((dims) => floats(...dims)),
        (g, ...all) => g.call("Mean", all, {}, "node"),
      ).outputs[0]!.shape;
    expect(shape(["N", 1], [3], [1, 1])).toEqual(["N", 3]);
    expect(() => shape([2], [3])).toThrow(
      "Mean (node): got [2] and [3]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis",
    );
  });
});
