import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const x = float32([2, 3], [1, 5, 5, 9, 2, 3]);

describe("ArgMax", () => {
  it("gives the first largest entry of each row, or the last where that is asked", async () => {
    const results = await compute([x], (g, a) => [
      g.call("ArgMax", [a], { axis: 1, keepdims: 0 }),
      g.call("ArgMax", [a], { axis: -1, keepdims: 1, select_last_index: 1 }),
      g.call("ArgMax", [a]),
    ]);
    expect(results.map(toNumbers)).toEqual([
      [1, 0],
      [2, 0],
      [1, 0, 0],
    ]);
    expect(results.map(({ shape }) => shape)).toEqual([[2], [2, 1], [1, 3]]);
  });

  it("has no gradient: the way back ends, with an error, at the Cast that made numbers of its result", async () => {
    const gradient = checkGradient([randomTensor([2, 3], 1)], (g, a) =>
      g.call("Cast", [g.call("ArgMax", [a])], { to: 1 }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "gradient of Cast (node): got int64; expected floating-point numbers where a gradient is wanted",
    );
  });

  it("says that an axis is out of range", () => {
    expect(() => buildGraph([floats(2, 3)], (g, a) => g.call("ArgMax", [a], { axis: 2 }, "node"))).toThrow(
      "ArgMax (node): got axis 2; expected an axis in [-2, 1]",
    );
  });
});
