import { describe, expect, it } from "vitest";
import { int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";

const whole = (value: number) => int64([], [value]);

describe("Range", () => {
  it.each([
    [0, 5, 1],
    [1, 10, 3],
    [10, 1, -3],
    [3, 3, 1],
    [5, 0, 1],
  ])("folds from %i to %i by %i as ONNX Runtime computes", (start, limit, delta) =>
    checkFold([], (g) =>
      g.call(
        "Range",
        [start, limit, delta].map((value) => g.constant(whole(value))),
      ),
    ),
  );

  it("has the length that ONNX Runtime gives for fractions, whose rounding is left to it", async () => {
    const [y] = await compute([], (g) =>
      g.call(
        "Range",
        [0, 1, 0.3].map((value) => g.scalar(value)),
      ),
    );
    expect(y!.shape).toEqual([4]);
    for (const [i, element] of y!.data.entries()) expect(element).toBeCloseTo(0.3 * i, 6);
  });

  it("runs over a named extent", () => {
    const lengths = buildGraph([floats("N", 3)], (g, x) => {
      const n = g.call("Gather", [g.call("Shape", [x]), g.constant(whole(0))]);
      const range = (start: number, delta: number) =>
        g.call("Range", [g.constant(whole(start)), n, g.constant(whole(delta))]);
      return [range(0, 1), range(1, 1), range(0, 2)];
    }).outputs.map(({ shape }) => shape);
    expect(lengths).toEqual([["N"], ["N - 1"], ["trunc(N + 1, 2)"]]);
  });

  it("wants bounds that are known while the graph is built", () => {
    expect(() =>
      buildGraph([{ dtype: "int64", shape: [] }], (g, limit) =>
        g.call("Range", [g.constant(whole(0)), limit, g.constant(whole(1))], {}, "node"),
      ),
    ).toThrow("Range (node): got a limit that is computed; expected a constant");
  });
});
