import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../random.js";
import { CoMoments } from "./co-moments.js";
import { GateTally } from "./gate-tally.js";
import { Histogram } from "./histogram.js";
import { Moments } from "./moments.js";

const sites = [
  { site: "a", paper: "SE_2_1", channels: 3 },
  { site: "b", paper: "SE_3_1", channels: 100 },
];

/** Images with gates drawn at random, those of the first block by class. */
function images(count: number, seed = 1) {
  const random = new Random(seed, "images");
  return Array.from({ length: count }, (_, index) => {
    const label = index % 4;
    const a = Float32Array.from({ length: 3 }, () => 0.1 + 0.2 * label + 0.1 * random.float());
    const b = Float32Array.from({ length: 100 }, () => random.float());
    return { index, label, gates: [a, b], squeezes: [a.map((x) => 1 - 2 * x), b.map(() => random.float())] };
  });
}

const made = (shown = [0, 2]) => new GateTally({ sites, classes: 5, shown, sample: 50 });

describe("GateTally", () => {
  it("gives equal numbers however the images are divided, and in whichever order the parts come", () => {
    const all = images(200);
    const whole = made();
    for (const image of all) whole.add(image);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 200, maxLength: 200 }), (part) => {
        const parts = [0, 1, 2, 3].map(() => made());
        for (const [n, image] of all.entries()) parts[part[n]!]!.add(image);
        const together = parts[3]!;
        for (const other of [parts[1]!, parts[0]!, parts[2]!]) together.merge(other);
        const [ours, theirs] = [whole.read(), together.read()].map((read) => JSON.stringify(read, digits));
        expect(theirs).toBe(ours);
      }),
      { numRuns: 20 },
    );
  });

  it("says of gates by class that they depend on it, and of others that they do not", () => {
    const tally = made();
    for (const image of images(200)) tally.add(image);
    const [byClass, noise] = tally.read();
    expect(byClass!.etaSquared).toBeGreaterThan(0.9);
    expect(byClass!.againstChance!.etaSquared).toMatchObject({ p: 0.005 });
    expect(noise!.etaSquared).toBeLessThan(0.03);
    expect(noise!.againstChance!.etaSquared.p).toBeGreaterThan(0.05);
    expect(noise!.againstChance!.selectivity.p).toBeGreaterThan(0.05);
    expect(byClass!.correlation.map((r) => r!)).toEqual([-1, -1, -1].map((r) => expect.closeTo(r, 5)));
  });

  it("finds gates that do not move constant, and says nothing of their classes", () => {
    const tally = made();
    for (const { index, label, gates } of images(100)) {
      tally.add({ index, label, gates: [new Float32Array(3).fill(0.97), gates[1]!], squeezes: gates });
    }
    const [still] = tally.read();
    expect(still).toMatchObject({ constant: 3, high: 1, low: 0, etaSquared: undefined, selectivity: 0 });
    expect(still!.againstChance!.etaSquared).toMatchObject({ value: 0, p: 1 });
    expect(still!.correlation).toEqual([undefined, undefined, undefined]);
    expect(still!.all.quantiles.flat()).toEqual(new Array(15).fill(Math.fround(0.97)));
  });

  it("says nothing of classes where each has one image", () => {
    const tally = new GateTally({ sites, classes: 100, shown: [] });
    for (const image of images(100)) tally.add({ ...image, label: image.index });
    expect(tally.read()[0]!.againstChance).toBeUndefined();
  });

  it("keeps no more images than it is told, evenly among them", () => {
    const tally = made();
    for (const image of images(1000)) tally.add(image);
    const kept = tally.sampled().map(({ index }) => index);
    expect(kept).toHaveLength(50);
    expect(kept.filter((index) => index < 500).length).toBeGreaterThan(12);
    expect(kept.filter((index) => index >= 500).length).toBeGreaterThan(12);
  });
});

const digits = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(9)) : value);
const numbers = fc.array(fc.float({ min: Math.fround(-3), max: 3, noNaN: true }), { minLength: 1, maxLength: 60 });

describe("Moments", () => {
  it("are mean and deviation by definition, a class at a time and over all", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const moments = new Moments(1, 2);
        for (const [n, value] of values.entries()) moments.add([value], n % 2);
        const whole = moments.whole();
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        expect(whole.mean(0, 0)).toBeCloseTo(mean, 9);
        expect(whole.deviation(0, 0)).toBeCloseTo(Math.sqrt(variance), 6);
      }),
    );
  });
});

describe("Histogram", () => {
  it("gives quantiles within a bin, wherever the numbers lie and however they were divided", () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 60 }), (values, cut) => {
        const [one, other, whole] = [new Histogram(1), new Histogram(1), new Histogram(1)];
        for (const [n, value] of values.entries()) {
          (n < cut ? one : other).add(0, value);
          whole.add(0, value);
        }
        one.merge(other);
        const sorted = values.toSorted((a, b) => a - b);
        const bin = values.every((value) => value >= 0 && value <= 1) ? 0.005 : 8 / 200;
        for (const q of [0.05, 0.25, 0.5, 0.75, 0.95]) {
          expect(one.quantile(0, q)).toBe(whole.quantile(0, q));
          const at = sorted[Math.ceil(q * sorted.length) - 1]!;
          expect(Math.abs(whole.quantile(0, q) - at)).toBeLessThanOrEqual(bin + 1e-9);
        }
      }),
    );
  });

  it("has no quantile without numbers", () => expect(new Histogram(2).quantile(1, 0.5)).toBeNaN());
});

describe("CoMoments", () => {
  it("give Pearson's correlation", () => {
    const random = new Random(3, "pairs");
    const pairs = Array.from({ length: 100 }, () => [random.normal(), random.normal()] as const);
    const moments = new CoMoments(1);
    for (const [x, y] of pairs) moments.add([x], [x + 2 * y]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [xs, ys] = [pairs.map(([x]) => x), pairs.map(([x, y]) => x + 2 * y)];
    const about = (values: number[]) => values.map((value) => value - mean(values));
    const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const [dx, dy] = [about(xs), about(ys)];
    expect(moments.correlation(0)).toBeCloseTo(product(dx, dy) / Math.sqrt(product(dx, dx) * product(dy, dy)), 10);
  });
});
