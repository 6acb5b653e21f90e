import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastLists, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Sum", () => {
  it("adds any number of operands with broadcasting, by hand", async () => {
    const feeds = [float32([2, 2], [1, 2, 3, 4]), float32([2], [10, 20]), float32([], [100])];
    const results = await compute(feeds, (g, a, b, c) => [g.call("Sum", [a]), g.call("Sum", [a, b, c])]);
    expect(results.map(toNumbers)).toEqual([
      [1, 2, 3, 4],
      [111, 122, 113, 124],
    ]);
  });

  it("has the gradient that finite differences give, of one to four operands, however they are stretched", () =>
    forAll(broadcastLists(), (shapes) =>
      checkGradient(
        shapes.map((shape, i) => randomTensor(shape, i)),
        (g, ...all) => g.call("Sum", all),
      ),
    ));

  it("keeps a symbolic batch, and says which shapes do not fit", () => {
    const shape = (...types: (number | string)[][]) =>
      buildGraph(
        types.map((dims) => floats(...dims)),
        (g, ...all) => g.call("Sum", all, {}, "node"),
      ).outputs[0]!.shape;
    expect(shape(["N", 1], [3], [1, 1])).toEqual(["N", 3]);
    expect(() => shape([2], [3])).toThrow(
      "Sum (node): got [2] and [3]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis",
    );
  });
});
