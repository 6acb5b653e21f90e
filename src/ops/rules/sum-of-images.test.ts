import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { compute } from "../../testing/build-graph.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { sumOfImages } from "./sum-of-images.js";

describe("sumOfImages", () => {
  it("adds what lies at the same place, by hand", async () => {
    const x = float32([3, 2, 2], [1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400]);
    expect(await compute([x], (g, a) => sumOfImages(g, a!))).toEqual([float32([2, 2], [111, 222, 333, 444])]);
  });

  it.each([[[1, 5, 3]], [[2, 17]], [[128, 7, 5]], [[5, 3, 1, 4]]])(
    "gives what ReduceSum gives, for %j",
    async (shape) => {
      const [sum, reduced] = await compute([randomTensor(shape, 1)], (g, x) => [
        sumOfImages(g, x!),
        g.call("ReduceSum", [x, g.ints([0])], { keepdims: 0 }),
      ]);
      expect(sum!.shape).toEqual(shape.slice(1));
      for (const [i, value] of sum!.data.entries()) expect(value).toBeCloseTo(Number(reduced!.data[i]), 5);
    },
  );
});
