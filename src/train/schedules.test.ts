import { describe, expect, it } from "vitest";
import { cosine, scheduleOf, step, withWarmup } from "./schedules.js";

describe("cosine", () => {
  it.each([
    [0, 1],
    [2.5, (1 + Math.SQRT1_2) / 2],
    [5, 0.5],
    [10, 0],
    [11, 0], // stays down
  ])("of 10 epochs is after %f: %f", (epoch, factor) => expect(cosine(10)(epoch)).toBeCloseTo(factor, 12));
});

describe("step", () => {
  it("drops by gamma when a milestone is reached", () => {
    const schedule = step([2, 3], 0.5);
    expect([0, 1.99, 2, 2.5, 3, 9].map(schedule)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(step([1])(1)).toBe(0.1);
    expect(step([])(5)).toBe(1);
  });
});

describe("withWarmup", () => {
  it("rises in a straight line, then follows the schedule", () => {
    const schedule = withWarmup(step([3], 0.5), 2);
    expect([0, 0.5, 1, 1.5, 2, 2.5, 3].map(schedule)).toEqual([0, 0.25, 0.5, 0.75, 1, 1, 0.5]);
  });

  it("multiplies what the schedule says meanwhile", () => {
    expect(withWarmup(cosine(4), 4)(2)).toBeCloseTo(0.5 * 0.5, 12);
  });

  it("of 0 epochs starts at the top", () => expect(withWarmup(cosine(4), 0)(0)).toBe(1));
});

describe("scheduleOf", () => {
  it("knows cosine, constant, and step with drops at one half and three quarters", () => {
    expect(scheduleOf("cosine", 8, 0)(4)).toBeCloseTo(0.5, 12);
    expect([0, 7.9].map(scheduleOf("constant", 8, 0))).toEqual([1, 1]);
    const [before, first, second] = [3.9, 4, 6].map(scheduleOf("step", 8, 0));
    expect([before, first]).toEqual([1, 0.1]);
    expect(second).toBeCloseTo(0.01, 12);
  });

  it("warms up", () => expect(scheduleOf("constant", 8, 2)(1)).toBe(0.5));

  it.each(["linear", "toString", ""])('refuses "%s" and lists what there is', (name) => {
    expect(() => scheduleOf(name, 8, 0)).toThrow(`unknown schedule "${name}"; expected one of cosine, step, constant`);
  });
});
