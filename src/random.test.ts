import { describe, expect, it } from "vitest";
import { Random } from "./random.js";

/** Pearson's chi² of `counts` against equal shares. */
function chiSquared(counts: number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function draw(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.uint32());
}

describe("Random", () => {
  it("is xoshiro128**: from state 1, 2, 3, 4 it gives the numbers of an independent implementation", () => {
    const outputs = draw(Random.restore([1, 2, 3, 4]), 1000);
    expect(outputs.slice(0, 4)).toEqual([11520, 0, 5927040, 70819200]); // the first by hand: rotl(2 · 5, 7) · 9
    expect(outputs[999]).toBe(3170714187);
  });

  it("gives the same numbers for the same seed and stream, pinned so that results survive upgrades", () => {
    expect(draw(new Random(1, "weights"), 4)).toEqual(draw(new Random(1, "weights"), 4));
    expect(draw(new Random(0), 2)).toEqual([435620309, 3543382516]);
    expect(draw(new Random(1, "augment", 2, 3), 2)).toEqual([1373202334, 464438884]);
  });

  it("gives different numbers for different seeds, streams, and kinds of key", () => {
    const randoms = [
      new Random(0),
      new Random(1),
      new Random(0.5),
      new Random(2 ** 32),
      new Random(0, "a"),
      new Random(0, "b"),
      new Random(0, "ab"),
      new Random(0, "a", "b"),
      new Random(0, "1"),
      new Random(0, 1),
      new Random(0, 0),
      new Random(0, 0, 1),
      new Random(0, 1, 0),
    ];
    expect(new Set(randoms.map((random) => random.uint32())).size).toBe(randoms.length);
    expect(draw(new Random(-0), 2)).toEqual(draw(new Random(0), 2));
  });

  it("starts 100,000 neighbouring streams at first numbers that are uniform and uncorrelated", () => {
    const counts = new Array<number>(64).fill(0);
    const pairs = new Array<number>(64).fill(0);
    let before = 0;
    for (let index = 0; index < 100_000; index++) {
      const now = new Random(7, "augment", 3, index).below(8);
      counts[now * 8 + new Random(7, "augment", 4, index).below(8)]!++;
      pairs[now * 8 + before]!++;
      before = now;
    }
    // 63 degrees of freedom: chi² passes 120 once in 100,000.
    expect(chiSquared(counts)).toBeLessThan(120);
    expect(chiSquared(pairs)).toBeLessThan(120);
  });

  it("goes on exactly after state has been through JSON", () => {
    const random = new Random(3, "x");
    draw(random, 10);
    const saved = JSON.stringify(random.state);
    const expected = draw(random, 10);
    expect(draw(Random.restore(JSON.parse(saved)), 10)).toEqual(expected);
  });

  it("spreads every bit of uint32 evenly", () => {
    const random = new Random(11);
    const ones = new Array<number>(32).fill(0);
    const n = 20_000;
    for (let i = 0; i < n; i++) {
      const value = random.uint32();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (value >>> bit) & 1;
    }
    const sigma = Math.sqrt(n) / 2;
    for (const count of ones) expect(Math.abs(count - n / 2)).toBeLessThan(5 * sigma);
  });

  it("has float in [0, 1), uniform", () => {
    const random = new Random(5);
    const counts = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const value = random.float();
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 100)]!++;
    }
    expect(chiSquared(counts)).toBeLessThan(170); // 99 degrees of freedom
  });

  it("has below(n) uniform, also where n does not divide 2^32", () => {
    const random = new Random(6);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
    expect(chiSquared(counts)).toBeLessThan(35); // 6 degrees of freedom
    // A plain remainder of 3·2^30 would give values below 2^30 half of the time instead of a third.
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(3 * 2 ** 30) < 2 ** 30) low++;
    expect(low / 30_000).toBeCloseTo(1 / 3, 1);
    expect(random.below(1)).toBe(0);
  });

  it("has normal with mean 0, variance 1, skewness 0 and kurtosis 3", () => {
    const random = new Random(8);
    const n = 100_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const value = random.normal();
      for (let k = 0; k < 4; k++) moments[k]! += value ** (k + 1) / n;
    }
    expect(moments[0]).toBeCloseTo(0, 1);
    expect(moments[1]).toBeCloseTo(1, 1);
    expect(moments[2]).toBeCloseTo(0, 1);
    expect(Math.abs(moments[3]! - 3)).toBeLessThan(0.1);
  });

  it("shuffles in place into each of the orders equally often", () => {
    const random = new Random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const items = ["a", "b", "c", "d"];
      expect(random.shuffle(items)).toBe(items);
      counts.set(items.join(""), (counts.get(items.join("")) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquared([...counts.values()])).toBeLessThan(60); // 23 degrees of freedom
  });

  it("permutes: every integer below n exactly once", () => {
    const order = new Random(10).permutation(1000);
    expect(order).not.toEqual(order.toSorted());
    expect(Array.from(order.toSorted())).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(new Random(10).permutation(0)).toHaveLength(0);
  });

  it("refuses what it cannot use", () => {
    expect(() => new Random(Number.NaN)).toThrow("Random: got key NaN; expected a finite number");
    expect(() => new Random(1).below(0)).toThrow("Random.below: got 0; expected an integer from 1 to 2^32");
    expect(() => Random.restore([0, 0, 0, 0])).toThrow(
      "Random.restore: got [0,0,0,0]; expected four integers that are not all 0",
    );
  });
});
