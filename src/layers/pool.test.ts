import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { computeLayer, type WriteLayer } from "../testing/compute-layer.js";
import { adaptiveAveragePool, averagePool, maxPool } from "./pool.js";

/** A map of 1, 2, 3, … in rows. */
function counted(size: number) {
  return float32(
    [1, 1, size, size],
    Array.from({ length: size * size }, (_, i) => i + 1),
  );
}

const halves = { kernel: 2, stride: 2 };

describe("pools, by hand", () => {
  it.each<[string, number, WriteLayer, number[]]>([
    ["the largest of 2×2", 4, ({ g }, x) => maxPool(g, x, halves), [6, 8, 14, 16]],
    ["the mean of 2×2", 4, ({ g }, x) => averagePool(g, x, halves), [3.5, 5.5, 11.5, 13.5]],
    ["no window over the edge", 3, ({ g }, x) => maxPool(g, x, halves), [5]],
    ["a last window over the edge", 3, ({ g }, x) => maxPool(g, x, { ...halves, ceil: true }), [5, 6, 8, 9]],
    ["zeros counted", 2, ({ g }, x) => averagePool(g, x, { ...halves, padding: 1 }), [0.25, 0.5, 0.75, 1]],
    [
      "zeros not counted",
      2,
      ({ g }, x) => averagePool(g, x, { ...halves, padding: 1, countPadding: false }),
      [1, 2, 3, 4],
    ],
    ["parts that share pixels", 3, ({ g }, x) => adaptiveAveragePool(g, x, 2), [3, 4, 6, 7]],
    ["as many parts as pixels", 2, ({ g }, x) => adaptiveAveragePool(g, x, 2), [1, 2, 3, 4]],
  ])("%s", async (_, size, write, expected) =>
    expect(Array.from((await computeLayer(counted(size), {}, write)).data, Number)).toEqual(expected),
  );
});
