import { describe, expect, it } from "vitest";
import { int64 } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { buildGraph, compute } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";

describe("BitwiseXor", () => {
  it("works on the bits of integers, with broadcasting", async () => {
    const a = int64([3], [0b1100, 5, 0xffffffff]);
    const b = int64([3], [0b1010, 0, 0xffffffff]);
    const [y] = await compute([a, b], (g, p, q) => g.call("BitwiseXor", [p, q]));
    expect(y).toEqual(int64([3], [0b0110, 5, 0]));
    const [same] = await compute([a, int64([], [0])], (g, p, q) => g.call("BitwiseXor", [p, q]));
    expect(same!.shape).toEqual([3]);
  });

  it("folds as ONNX Runtime computes, negative numbers too", () =>
    checkFold([int64([2, 1], [12, -7]), int64([3], [10, -1, 0])], (g, a, b) => g.call("BitwiseXor", [a, b])));

  it("needs integers", () => {
    const floats = { dtype: "float32", shape: [2] } as const;
    expect(() => buildGraph([floats, floats], (g, p, q) => g.call("BitwiseXor", [p, q]))).toThrow(
      "got float32; expected integers",
    );
  });

  it("has no gradient", () => {
    const types = [{ dtype: "float32", shape: [] } as const, { dtype: "int64", shape: [] } as const];
    const build = () =>
      buildGraph(types, (g, x, n) => {
        const bits = g.call("BitwiseXor", [g.call("Cast", [x], { to: 7 }), n]);
        return differentiate(g, g.call("Cast", [bits], { to: 1 }), [x!]).map((value) => value!);
      });
    expect(build).toThrow(/float/);
  });
});
