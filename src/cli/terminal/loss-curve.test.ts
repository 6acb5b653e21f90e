import { describe, expect, it } from "vitest";
import { LossCurve } from "./loss-curve.js";

function curve(losses: readonly number[]): LossCurve {
  const made = new LossCurve();
  for (const loss of losses) made.add(loss);
  return made;
}

describe("LossCurve", () => {
  it("draws the highest loss full and the lowest as an eighth", () => {
    expect(curve([8, 7, 6, 5, 4, 3, 2, 1]).text(8)).toBe("█▇▆▅▄▃▂▁");
    expect(curve([1, 8]).text(8)).toBe("▁█");
  });

  it("gives every letter an equal part of the training", () => {
    expect(curve([10, 6, 5, 3, 1, 1]).text(3)).toBe("█▄▁"); // 8, 4, 1
    expect(curve([10, 6, 5, 3, 1, 1]).text(6)).toHaveLength(6);
  });

  it("draws nothing of no loss, and low blocks where all are equal", () => {
    expect(curve([]).text(8)).toBe("");
    expect(curve([2, 2, 2]).text(8)).toBe("▁▁▁");
  });

  it("falls all the way over a training of any length", () => {
    for (const steps of [255, 256, 257, 5000, 100_003]) {
      const falling = curve(Array.from({ length: steps }, (_, i) => steps - i));
      expect([steps, falling.text(8)]).toEqual([steps, "█▇▆▅▄▃▂▁"]);
    }
  });
});
