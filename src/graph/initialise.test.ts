import { describe, expect, it } from "vitest";
import { GraphBuilder } from "./builder.js";
import type { Init } from "./graph.js";
import { initialise } from "./initialise.js";

function drawn(shape: readonly number[], init: Init, name = "w", seed = 1): Float32Array {
  const g = new GraphBuilder("test");
  g.parameter(name, shape, init);
  return initialise(g.build(), seed).get(name)!.data as Float32Array;
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("initialise", () => {
  it("draws He's normal with √(2 / fan): fan-in is I·k², fan-out O·k²", () => {
    const shape = [64, 32, 3, 3];
    expect(deviation(drawn(shape, { kind: "he-normal", fan: "in" })) / Math.sqrt(2 / (32 * 9))).toBeCloseTo(1, 1);
    expect(deviation(drawn(shape, { kind: "he-normal", fan: "out" })) / Math.sqrt(2 / (64 * 9))).toBeCloseTo(1, 1);
  });

  it("draws uniformly in ±1/√fanIn", () => {
    const weights = drawn([100, 64], { kind: "uniform-fan-in" });
    expect(Math.max(...weights)).toBeLessThanOrEqual(1 / 8);
    expect(Math.min(...weights)).toBeLessThan(-0.99 / 8);
    const bias = drawn([1000], { kind: "uniform-fan-in", fanIn: 4 });
    expect(Math.max(...bias)).toBeGreaterThan(0.49);
    expect(Math.max(...bias)).toBeLessThanOrEqual(0.5);
  });

  it("fills with a constant", () => {
    expect(drawn([3], { kind: "constant", value: 2 })).toEqual(new Float32Array([2, 2, 2]));
  });

  it("depends on the seed and the name alone", () => {
    const init = { kind: "he-normal", fan: "in" } as const;
    expect(drawn([4, 4], init)).toEqual(drawn([4, 4], init));
    expect(drawn([4, 4], init)).not.toEqual(drawn([4, 4], init, "w", 2));
    expect(drawn([4, 4], init)).not.toEqual(drawn([4, 4], init, "v"));
  });
});
