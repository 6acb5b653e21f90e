import { expect, it } from "vitest";
import { float32, int64 } from "../../graph/tensor.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { checkFold, knownElements } from "../../testing/check-fold.js";
import type { OpName } from "../index.js";

type Comparison = OpName & ("Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual");

/**
 * What a comparison must do: fold as ONNX Runtime computes, and decide about names where their sizes do not matter.
 * @param decided its truth for N and N, N and −1, −1 and N, N·2 and 1; undefined where it depends on N.
 */
export function testComparison(op: Comparison, decided: readonly (0 | 1 | undefined)[]): void {
  it("folds as ONNX Runtime computes", async () => {
    const [a, b] = [int64([2, 1], [3, 5]), int64([3], [5, 3, 4])];
    await checkFold([a, b], (g, p, q) => g.call(op, [p, q]));
    await checkFold([float32([4], [0, 1, Number.NaN, -0]), float32([4], [-0, 2, Number.NaN, -1])], (g, p, q) =>
      g.call(op, [p, q]),
    );
  });

  it.each(
    [
      ["N", "N"],
      ["N", -1],
      [-1, "N"],
      ["N*2", 1],
    ].map(([a, b], i) => [a!, b!, decided[i]] as const),
  )("says of %s and %s: %s", (a, b, expected) => {
    const build = () =>
      knownElements(
        [floats("N", "N*2")],
        (g, x) => {
          const value = (dim: number | string) =>
            typeof dim === "number" ? g.ints([dim]) : g.call("Shape", [x], dim === "N" ? { end: 1 } : { start: 1 });
          return g.call(op, [value(a), value(b)]);
        },
        { N: 3 },
      );
    if (expected === undefined) expect(build).toThrow("is not known while the graph is built");
    else expect(build()).toEqual([expected]);
  });

  it("says that element types differ", () => {
    const types = [floats(2), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, a, b) => g.call(op, [a, b], {}, "node"))).toThrow(
      `${op} (node): got float32 and int64; expected one element type; Cast one of them`,
    );
  });
}
