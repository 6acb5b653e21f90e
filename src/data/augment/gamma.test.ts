import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import { beta, logGamma } from "./gamma.js";

function moments(draw: () => number, n = 20_000): { mean: number; variance: number } {
  const values = Array.from({ length: n }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n };
}

describe("logGamma", () => {
  it.each([0.2, 0.8, 1, 3.5, 20])("of shape %f has the distribution's mean and variance, both the shape", (alpha) => {
    const random = new Random(3);
    const { mean, variance } = moments(() => Math.exp(logGamma(random, alpha)));
    expect(Math.abs(mean / alpha - 1)).toBeLessThan(0.05);
    expect(Math.abs(variance / alpha - 1)).toBeLessThan(0.1);
  });
});

describe("beta", () => {
  it.each([
    [0.2, 0.2],
    [1, 1],
    [0.8, 0.8],
    [2, 5],
  ])("of %f and %f has the distribution's mean and variance", (a, b) => {
    const random = new Random(3);
    const { mean, variance } = moments(() => beta(random, a, b));
    expect(mean).toBeCloseTo(a / (a + b), 1.7);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 2);
  });

  it("stays a number for tiny shapes, whose gammas round to 0", () => {
    const random = new Random(3);
    const values = Array.from({ length: 500 }, () => beta(random, 0.0001, 0.0001));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(values.filter((value) => value > 0.5).length).toBeGreaterThan(150);
  });
});
