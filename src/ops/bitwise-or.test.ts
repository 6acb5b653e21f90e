import { describe, expect, it } from "vitest";
import { int64 } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";

describe("BitwiseOr", () => {
  it("folds as ONNX Runtime computes, negative numbers too", () =>
    checkFold([int64([2, 1], [12, -7]), int64([3], [10, -1, 0])], (g, a, b) => g.call("BitwiseOr", [a, b])));

  it("needs integers", () => {
    expect(() => buildGraph([floats(2), floats(2)], (g, a, b) => g.call("BitwiseOr", [a, b], {}, "node"))).toThrow(
      "BitwiseOr (node): got float32; expected integers",
    );
  });
});
