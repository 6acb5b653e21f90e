import { describe, expect, it } from "vitest";
import { int64, type Tensor } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold, folded } from "../testing/check-fold.js";

const mask: Tensor = { dtype: "bool", shape: [2, 3], data: Uint8Array.of(0, 1, 1, 0, 0, 1) };

describe("NonZero", () => {
  it("lists where something is, a row for each axis", () => {
    expect(folded([mask], (g, x) => g.call("NonZero", [x]))).toEqual(int64([2, 3], [0, 0, 1, 1, 2, 2]));
  });

  it("folds as ONNX Runtime computes", () => checkFold([], (g) => g.call("NonZero", [g.constant(mask)])));

  it("wants elements that are known while the graph is built", () => {
    expect(() => buildGraph([floats(2)], (g, x) => g.call("NonZero", [x], {}, "node"))).toThrow(
      "NonZero (node): got elements that are computed; expected constants: how many are not 0 sets a shape",
    );
    expect(() => buildGraph([floats("N")], (g, x) => g.call("NonZero", [g.call("Shape", [x])], {}, "node"))).toThrow(
      "NonZero (node): got N; expected constants",
    );
  });
});
