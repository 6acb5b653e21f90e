import { describe, expect, it } from "vitest";
import { logAxis } from "./log-axis.js";
import { niceTicks } from "./nice-ticks.js";

it.each([
  [-0.3, 3.4, [0, 1, 2, 3]],
  [-4.1, 0.2, [-4, -3, -2, -1, 0]],
  [-0.02, 0.11, [0, 0.05, 0.1]],
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
])("niceTicks from %d to %d", (low, high, ticks) => expect(niceTicks(low, high)).toEqual(ticks));

describe("logAxis", () => {
  const ticksOf = (values: number[]) => {
    const { option } = logAxis(values, 0.01, " %");
    const { customValues, formatter } = (
      option as { axisLabel: { customValues: number[]; formatter: (v: number) => string } }
    ).axisLabel;
    return customValues.map(formatter);
  };

  it("has ticks at round numbers, more of them the narrower the range", () => {
    expect(ticksOf([0.1, 1000])).toEqual(["0.1 %", "1 %", "10 %", "100 %", "1000 %"]);
    expect(ticksOf([6, 95])).toEqual(["10 %", "20 %", "50 %", "100 %"]);
    expect(ticksOf([3, 5.5])).toEqual(["3 %", "4 %", "5 %"]);
    expect(ticksOf([90.5, 92.9])).toEqual(["90 %", "92 %", "94 %"]);
  });

  it("places values by their logarithm, not below the floor", () => {
    const { place } = logAxis([0, 100], 0.01);
    expect(place(100)).toBeCloseTo(2, 12);
    expect(place(0)).toBeCloseTo(-2, 12);
    expect(place(Number.NaN)).toBeNaN();
  });

  it("can do without any value", () => expect(ticksOf([Number.NaN]).length).toBeGreaterThan(0));
});
