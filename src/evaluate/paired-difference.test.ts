import { describe, expect, it } from "vitest";
import { Random } from "../random.js";
import { pairedDifference } from "./paired-difference.js";
import { tQuantile } from "./student-t.js";

describe("pairedDifference", () => {
  // d = [[1, 0, 0, 1], [1, 0, −1, 0]]: SS_seed = 0.5, SS_image = 2.5, SS_rest = 0.5 with 1, 3 and 3 degrees of freedom.
  it("agrees with an analysis of variance by hand", () => {
    const { mean, perSeed, standardError, df, interval, variance, sources } = pairedDifference(
      [
        [0, 1, 0, 0],
        [0, 0, 1, 1],
      ],
      [
        [1, 1, 0, 1],
        [1, 0, 0, 1],
      ],
    );
    const [seed, image, rest] = [0.5, 2.5 / 3, 0.5 / 3];
    expect(mean).toBe(0.25);
    expect(perSeed).toEqual([0.5, 0]);
    expect(standardError).toBeCloseTo(Math.sqrt((seed + image - rest) / 8), 12);
    expect(df).toBeCloseTo((seed + image - rest) ** 2 / (seed ** 2 + image ** 2 / 3 + rest ** 2 / 3), 12);
    expect(interval[1] - interval[0]).toBeCloseTo(2 * tQuantile(0.975, df) * standardError, 12);
    expect(variance.seed).toBeCloseTo((seed - rest) / 4, 12);
    expect(variance.image).toBeCloseTo((image - rest) / 2, 12);
    expect(sources).toEqual(["seeds", "images"]);
  });

  it("counts image noise alone with one seed, and says so", () => {
    const { mean, standardError, df, sources } = pairedDifference([[0, 1, 0, 1, 1]], [[1, 1, 0, 0, 1]]);
    expect(mean).toBe(0);
    expect(standardError).toBeCloseTo(Math.sqrt(2 / 4 / 5), 12);
    expect(df).toBe(4);
    expect(sources).toEqual(["images"]);
  });

  it("gives an interval without width to models that answer alike", () => {
    const rows = [
      [1, 0, 1],
      [0, 1, 1],
    ];
    expect(pairedDifference(rows, rows)).toMatchObject({ mean: 0, interval: [0, 0], standardError: 0, df: 1 });
  });

  it("is never surer than one source of noise alone", () => {
    const zeros = [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    // MS_seed = 0, MS_image = MS_rest = 1/3: their plain combination would be 0.
    const mixed = [
      [1, 0, 1, 0],
      [1, 0, 0, 1],
    ];
    expect(pairedDifference(zeros, mixed).standardError).toBeCloseTo(Math.sqrt(1 / 3 / 8), 12);
    // The differences cancel within every seed and within every image: only MS_rest = 4/3 is left.
    const [heads, tails] = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ];
    expect(pairedDifference([tails, heads], [heads, tails]).standardError).toBeCloseTo(Math.sqrt(4 / 3 / 8), 12);
  });

  it("names the sizes that do not fit", () => {
    expect(() => pairedDifference([[0, 1]], [[0, 1, 1]])).toThrow(
      "pairedDifference: got images per seed [2] and [3]; expected the same seeds and at least 2 images for both models",
    );
  });
});

/**
 * Correctness of two equally good models. Seed and image effects shift their chances apart by equal amounts up and
 * down, so the true difference is 0.
 */
function nullExperiment(random: Random, seeds: number, images: number, seedEffect: number, imageEffect: number) {
  const easiness = Array.from({ length: images }, () => 0.7 + 0.3 * random.float());
  const byImage = Array.from({ length: images }, () => imageEffect * random.normal());
  const draw = (chance: number) => (random.float() < chance ? 1 : 0);
  const [baseline, candidate]: [number[][], number[][]] = [[], []];
  for (let s = 0; s < seeds; s++) {
    const bySeed = seedEffect * random.normal();
    baseline.push(easiness.map((p, n) => draw(p - (bySeed + byImage[n]!) / 2)));
    candidate.push(easiness.map((p, n) => draw(p + (bySeed + byImage[n]!) / 2)));
  }
  return { baseline, candidate };
}

describe("the 95 % interval covers a true difference of 0", () => {
  it.each([
    { seeds: 3, seedEffect: 0, imageEffect: 0.1 },
    { seeds: 3, seedEffect: 0.01, imageEffect: 0.2 },
    { seeds: 3, seedEffect: 0.03, imageEffect: 0.1 },
    { seeds: 3, seedEffect: 0.03, imageEffect: 0.3 },
    { seeds: 5, seedEffect: 0.01, imageEffect: 0.2 },
    { seeds: 5, seedEffect: 0.03, imageEffect: 0.1 },
    { seeds: 5, seedEffect: 0.03, imageEffect: 0.3 },
  ])("$seeds seeds, effects $seedEffect and $imageEffect", ({ seeds, seedEffect, imageEffect }) => {
    const experiments = 800;
    let covered = 0;
    for (let k = 0; k < experiments; k++) {
      const random = new Random(20, "coverage", seeds, seedEffect, imageEffect, k);
      const { baseline, candidate } = nullExperiment(random, seeds, 500, seedEffect, imageEffect);
      const [low, high] = pairedDifference(baseline, candidate).interval;
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / experiments).toBeGreaterThan(0.92);
    expect(covered / experiments).toBeLessThan(0.992);
  });
});
