import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { compute, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";

const a = int64([6], [7, -7, 7, -7, 6, 0]);
const b = int64([6], [3, 3, -3, -3, 3, 5]);

describe("Mod", () => {
  it.each([0, 1])("folds integers of either sign as ONNX Runtime computes, fmod %i", (fmod) =>
    checkFold([a, b], (g, p, q) => g.call("Mod", [p, q], { fmod })),
  );

  it("leaves fractions to ONNX Runtime", async () => {
    const [y] = await compute([float32([2], [7.5, -7.5])], (g, x) => g.call("Mod", [x, g.scalar(2)], { fmod: 1 }));
    expect(y).toEqual(float32([2], [1.5, -1.5]));
  });

  it("knows what divides a product", () => {
    const rest = knownElements(
      [floats("N", 3)],
      (g, x) => g.call("Mod", [g.call("Mul", [g.call("Shape", [x]), g.ints([4, 4])]), g.ints([2, 5])]),
      { N: 7 },
    );
    expect(rest).toEqual([0, 2]);
  });
});
