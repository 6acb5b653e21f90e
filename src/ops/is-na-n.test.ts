import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";

describe("IsNaN", () => {
  it("is true for what is not a number", async () => {
    const [y] = await compute([float32([3], [Number.NaN, Infinity, 0])], (g, x) => g.call("IsNaN", [x]));
    expect(y).toEqual({ dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 0) });
  });
});
