import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";

const x = float32([2, 4], [1, 4, 2, 3, -1, -4, -2, -3]);

describe("TopK", () => {
  it("gives the largest with their indices, or the smallest", async () => {
    const [values, indices, smallest] = await compute([x], (g, a) => [
      ...g.callMany("TopK", [a, g.ints([2])], {}, 2),
      g.callMany("TopK", [a, g.ints([1])], { largest: 0, axis: 0 }, 2)[0]!,
    ]);
    expect(values).toEqual(float32([2, 2], [4, 3, -1, -2]));
    expect(indices).toEqual(int64([2, 2], [1, 3, 0, 2]));
    expect(smallest).toEqual(float32([1, 4], [-1, -4, -2, -3]));
  });

  it.each([-1, 0])("has the gradient that finite differences give along axis %i", (axis) =>
    checkGradient([x], (g, a) => g.callMany("TopK", [a, g.ints([2])], { axis }, 2)[0]!),
  );

  it("keeps the name of the batch", () => {
    const { outputs } = buildGraph([floats("N", 9)], (g, a) => g.callMany("TopK", [a, g.ints([5])], {}, 2));
    expect(outputs.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ["float32", ["N", 5]],
      ["int64", ["N", 5]],
    ]);
  });
});
