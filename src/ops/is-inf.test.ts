import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";

describe("IsInf", () => {
  it("is true for what is infinite, of the signs that are asked for", async () => {
    const x = float32([4], [-Infinity, Infinity, 3e38, Number.NaN]);
    const results = await compute([x], (g, a) => [
      g.call("IsInf", [a]),
      g.call("IsInf", [a], { detect_negative: 0 }),
      g.call("IsInf", [a], { detect_positive: 0 }),
    ]);
    expect(results.map(({ data }) => [...data])).toEqual([
      [1, 1, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ]);
  });
});
