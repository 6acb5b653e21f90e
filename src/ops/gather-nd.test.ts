import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const x = float32([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]);

describe("GatherND", () => {
  it("takes elements, rows, and a row in each example", async () => {
    const [elements, rows, inBatch] = await compute([x], (g, a) => [
      g.call("GatherND", [a, g.constant(int64([2, 3], [0, 0, 1, -1, -1, -1]))]),
      g.call("GatherND", [a, g.constant(int64([1, 2], [0, 1]))]),
      g.call("GatherND", [a, g.constant(int64([2, 1], [1, 0]))], { batch_dims: 1 }),
    ]);
    expect(elements).toEqual(float32([2], [1, 7]));
    expect(rows).toEqual(float32([1, 2], [2, 3]));
    expect(inBatch).toEqual(float32([2, 2], [2, 3, 4, 5]));
  });

  it("has the gradient that finite differences give, where a place comes twice too", () =>
    checkGradient([randomTensor([3, 2, 4], 1), int64([3, 2], [0, 1, 2, 0, 0, -1])], (g, a, at) =>
      g.call("GatherND", [a, at]),
    ));

  it("has no gradient with batch axes", async () => {
    const gradient = checkGradient([x, int64([2, 1], [1, 0])], (g, a, at) =>
      g.call("GatherND", [a, at], { batch_dims: 1 }),
    );
    await expect(gradient).rejects.toThrow("got batch_dims 1; expected 0 where a gradient is wanted");
  });

  it("says which shapes do not fit", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [4, 3] } as const];
    expect(() => buildGraph(types, (g, a, at) => g.call("GatherND", [a, at], {}, "node"))).toThrow(
      "GatherND (node): got data [2, 3], indices [4, 3], batch_dims 0; expected indices whose last axis",
    );
  });
});
