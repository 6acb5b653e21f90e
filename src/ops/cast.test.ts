import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Cast", () => {
  it("makes integers of numbers, towards zero, and numbers of truth values", async () => {
    const [whole, truth] = await compute([float32([3], [1.7, -1.7, 0])], (g, a) => [
      g.call("Cast", [a], { to: 7 }),
      g.call("Cast", [g.call("Cast", [a], { to: 9 })], { to: 1 }),
    ]);
    expect(whole).toEqual(int64([3], [1, -1, 0]));
    expect(truth).toEqual(float32([3], [1, 1, 0]));
  });

  it("lets the gradient pass through double precision and back", () =>
    checkGradient([randomTensor([3, 2], 1)], (g, a) => {
      const double = g.call("Cast", [a], { to: 11 });
      return g.call("Cast", [g.call("Mul", [double, double])], { to: 1 });
    }));

  it("has no gradient through integers, which would be zero in silence", async () => {
    const gradient = checkGradient([randomTensor([3], 1)], (g, a) =>
      g.call("Cast", [g.call("Cast", [a], { to: 7 })], { to: 1 }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "gradient of Cast (node): got int64; expected floating-point numbers where a gradient is wanted",
    );
  });

  it("says which types there are", () => {
    expect(() => buildGraph([floats(2)], (g, a) => g.call("Cast", [a], { to: 10 }, "node"))).toThrow(
      "Cast (node): got element type 10; expected one of 1 (float32), 2 (uint8)",
    );
  });
});
