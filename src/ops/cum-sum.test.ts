import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const variants = [0, 1].flatMap((exclusive) => [0, 1].map((reverse) => ({ exclusive, reverse })));

describe("CumSum", () => {
  it.each([
    [variants[0], [1, 3, 6]],
    [variants[1], [6, 5, 3]],
    [variants[2], [0, 1, 3]],
    [variants[3], [5, 3, 0]],
  ])("with %j adds up", async (attributes, expected) => {
    const axis = int64([], [0]);
    const [y] = await compute([float32([3], [1, 2, 3])], (g, x) => g.call("CumSum", [x, g.constant(axis)], attributes));
    expect(y).toEqual(float32([3], expected));
  });

  it.each(variants)("with %j has the gradient that finite differences give", (attributes) =>
    checkGradient([randomTensor([2, 4, 3], 1)], (g, x) =>
      g.call("CumSum", [x, g.constant(int64([], [-2]))], attributes),
    ),
  );
});
