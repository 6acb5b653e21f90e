import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";

describe("OneHot", () => {
  it("puts on where the index says, along a new last or first axis", async () => {
    const [last, first] = await compute([int64([2], [2, -3])], (g, at) => {
      const inputs = [at, g.ints([3]), g.constant(float32([2], [0.1, 0.9]))];
      return [g.call("OneHot", inputs), g.call("OneHot", inputs, { axis: 0 })];
    });
    const [off, on] = [Math.fround(0.1), Math.fround(0.9)];
    expect(last).toEqual(float32([2, 3], [off, off, on, on, off, off]));
    expect(first).toEqual(float32([3, 2], [off, on, off, off, on, off]));
  });

  it("keeps the name of the batch", () => {
    const types = [{ dtype: "int64", shape: ["N"] } as const, floats(2)];
    const { outputs } = buildGraph(types, (g, at, values) => g.call("OneHot", [at, g.ints([10]), values]));
    expect(outputs[0]!.shape).toEqual(["N", 10]);
  });
});
