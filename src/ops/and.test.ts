import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/tensor.js";
import { checkFold, folded } from "../testing/check-fold.js";

const a: Tensor = { dtype: "bool", shape: [2, 1], data: Uint8Array.of(0, 1) };
const b: Tensor = { dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) };

describe("And", () => {
  it("has its truth table", () => {
    expect([...folded([a, b], (g, p, q) => g.call("And", [p, q])).data]).toEqual([0, 0, 0, 1]);
  });

  it("folds as ONNX Runtime computes", () => checkFold([a, b], (g, p, q) => g.call("And", [p, q])));
});
