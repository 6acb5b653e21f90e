import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { int64 } from "../graph/tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { RandomBits } from "./random-bits.js";

/** The numbers of some streams at one state, and the state after them. */
async function drawn(seed: number, draws: number, names: readonly string[], count: number) {
  const g = new GraphBuilder("random");
  const bits = new RandomBits(g);
  const values = names.map((name) => bits.draw(name, count));
  for (const [i, value] of values.entries()) g.output(value, `stream${i}`);
  g.output(bits.next(), "next");
  const results = await runGraph(g.build(), { random: int64([2], [seed, draws]) });
  const streams = names.map((_, i) => Array.from(results[`stream${i}`]!.data, Number));
  return { streams, next: Array.from(results.next!.data, Number) };
}

/** What the graph computes, with JavaScript's own 32-bit arithmetic. */
function reference(seed: number, draws: number, name: string, count: number): number[] {
  const hash = (x: number, key = 0) => {
    let h = Math.imul(x ^ (x >>> 16), 0x21f0aaad) ^ key;
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return (h ^ (h >>> 15)) >>> 0;
  };
  let fnv = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) fnv = Math.imul(fnv ^ byte, 0x01000193);
  const first = hash(hash((hash(seed) + draws) >>> 0) ^ fnv);
  return Array.from({ length: count }, (_, i) => hash((Math.imul(i, 0x9e3779b9) + first) | 0, hash(first)));
}

/** Correlation of two lists of numbers. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [p, q] = [centred(a), centred(b)];
  return p.reduce((sum, value, i) => sum + value * q[i]!, 0) / Math.hypot(...p) / Math.hypot(...q);
}

describe("RandomBits", () => {
  it("draws the numbers that its formula gives in 32-bit arithmetic, so any engine draws them", async () => {
    const { streams, next } = await drawn(7, 3, ["drop1", "schicht.ä"], 2000);
    expect(streams).toEqual([reference(7, 3, "drop1", 2000), reference(7, 3, "schicht.ä", 2000)]);
    expect(next).toEqual([7, 4]);
  });

  it("goes on after 2³² draws and takes any seed", async () => {
    for (const [seed, draws] of [
      [2 ** 40 + 5, 2 ** 33 + 1],
      [-1, 0],
    ] as const) {
      const { streams } = await drawn(seed, draws, ["a"], 100);
      expect(streams[0]!.every((value) => value >= 0 && value < 2 ** 32)).toBe(true);
      expect(new Set(streams[0]).size).toBe(100);
    }
  });

  const count = 40_000;
  const bound = 5 / Math.sqrt(count); // five standard deviations of a correlation of independent numbers

  it("is uniform: every bit and every sixteenth of the range as often as it should be", async () => {
    const [values] = (await drawn(1, 0, ["a"], count)).streams as [number[]];
    for (let bit = 0; bit < 32; bit++) {
      const share = values.filter((value) => Math.floor(value / 2 ** bit) % 2 === 1).length / count;
      expect(Math.abs(share - 0.5)).toBeLessThan(bound / 2);
    }
    const cells = Array<number>(16).fill(0);
    for (const value of values) cells[Math.floor(value / 2 ** 28)]!++;
    const chiSquared = cells.reduce((sum, n) => sum + (n - count / 16) ** 2 / (count / 16), 0);
    expect(chiSquared).toBeLessThan(45); // 15 degrees of freedom: above that once in 10⁴
  });

  it("is independent between neighbours, rows of images, steps, streams and seeds", async () => {
    const at = async (seed: number, draws: number) => (await drawn(seed, draws, ["a", "b"], count)).streams;
    const [a, b, later, other] = [...(await at(1, 0)), (await at(1, 1))[0], (await at(2, 0))[0]] as number[][];
    for (const lag of [1, 2, 7, 28, 56, 196, 1024, 4096]) {
      expect([lag, Math.abs(correlation(a!.slice(lag), a!.slice(0, -lag))) < bound * 1.1]).toEqual([lag, true]);
    }
    for (const another of [b!, later!, other!]) expect(Math.abs(correlation(a!, another))).toBeLessThan(bound);
  });

  it("shows no period: no number comes more often than chance allows", async () => {
    const [values] = (await drawn(1, 0, ["a"], count)).streams as [number[]];
    expect(new Set(values).size).toBeGreaterThan(count - 5); // 0.2 pairs are expected among 2³²
  });
});
