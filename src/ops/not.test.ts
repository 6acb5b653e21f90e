import { describe, it } from "vitest";
import type { Tensor } from "../graph/tensor.js";
import { checkFold } from "../testing/check-fold.js";

const x: Tensor = { dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) };

describe("Not", () => {
  it("folds as ONNX Runtime computes", () => checkFold([x], (g, a) => g.call("Not", [a])));
});
