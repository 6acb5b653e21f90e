import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";

describe("HardSigmoid", () => {
  it("is α·x + β cut off at 0 and 1", async () => {
    const x = float32([5], [-10, -1, 0, 1, 10]);
    const results = await compute([x], (g, a) => [
      g.call("HardSigmoid", [a]),
      g.call("HardSigmoid", [a], { alpha: 1 / 4, beta: 0.25 }),
    ]);
    for (const [i, expected] of [0, 0.3, 0.5, 0.7, 1].entries()) expect(results[0]!.data[i]).toBeCloseTo(expected, 6);
    expect([...results[1]!.data]).toEqual([0, 0, 0.25, 0.5, 1]);
  });

  it("has the gradient that finite differences give on both sides of both kinks, which lie at ±2.5", () =>
    checkGradient([float32([8], [-4, -3, -2.4, -1, 0.5, 2.4, 2.6, 9])], (g, x) => g.call("HardSigmoid", [x])));

  it("scales the gradient by α", () =>
    checkGradient([float32([5], [-4, -0.9, 0.1, 0.9, 4])], (g, x) =>
      g.call("HardSigmoid", [x], { alpha: 0.5, beta: 0.5 }),
    ));

  it.each([
    [1 / 6, 0.5],
    [0.25, 0.25],
    [-0.5, 0.75],
    [2, -1],
    [1, 2],
    [0, 0.5],
    [0.125, -20],
  ])("has its values and slopes with α %d and β %d: 0 at the kinks and beyond", (alpha, beta) => {
    const line = (x: number) => Math.fround(alpha) * x + beta;
    return checkCurve((g, x) => g.call("HardSigmoid", [x], { alpha, beta }), {
      value: (x) => Math.min(Math.max(line(x), 0), 1),
      slope: (x) => (Math.fround(line(x)) > 0 && Math.fround(line(x)) < 1 ? alpha : 0),
      points: [...everywhere, -3, 3, 1 / 8, 1e30, -1e30],
    });
  });
});
