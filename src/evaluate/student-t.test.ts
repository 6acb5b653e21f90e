import { describe, expect, it } from "vitest";
import { regularisedBeta, tQuantile } from "./student-t.js";

describe("tQuantile", () => {
  // Published tables; the fractional rows are from an independent implementation (SciPy).
  it.each([
    [0.975, 1, 12.706205],
    [0.975, 2, 4.302653],
    [0.975, 3, 3.182446],
    [0.975, 10, 2.228139],
    [0.975, 30, 2.042272],
    [0.975, 120, 1.97993],
    [0.975, 1e4, 1.960201],
    [0.975, Number.POSITIVE_INFINITY, 1.959964],
    [0.995, 4, 4.604095],
    [0.95, 1, 6.313752],
    [0.9, 5, 1.475884],
    [0.75, 1, 1],
    [0.5, 7, 0],
    [0.975, 0.5, 164.557673],
    [0.975, 2.5, 3.574655],
    [0.975, 7.3, 2.345067],
  ])("t(%d, df %d) = %d", (p, df, expected) => {
    expect(tQuantile(p, df) / (expected || 1)).toBeCloseTo(expected === 0 ? 0 : 1, 6);
  });

  it("is symmetric", () => expect(tQuantile(0.025, 2)).toBe(-tQuantile(0.975, 2)));

  it("refuses what is no probability", () =>
    expect(() => tQuantile(1, 3)).toThrow("tQuantile: got p 1, df 3; expected 0 < p < 1 and df > 0"));
});

// I_x(2, 3) = x²(6 − 8x + 3x²); I_x(1/2, 1/2) = (2/π)·asin(√x).
it("regularisedBeta agrees with its closed forms", () => {
  for (const x of [0.1, 0.4, 0.9]) {
    expect(regularisedBeta(x, 1 - x, 2, 3)).toBeCloseTo(x * x * (6 - 8 * x + 3 * x * x), 13);
    expect(regularisedBeta(x, 1 - x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13);
  }
});
