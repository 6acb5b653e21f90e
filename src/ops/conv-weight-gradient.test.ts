import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { lower } from "../lower/lower.js";
import { type Build, buildGraph, compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { convCases, largestError, naiveWeightGradient, otherConvCases } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ConvWeightGradient", () => {
  it("gives every weight the sum of the pixels it touched, by hand", async () => {
    const x = float32([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const dy = float32([1, 1, 2, 2], [1, 1, 1, 1]);
    const [dw] = await compute([x, dy], (g, a, b) => g.call("ConvWeightGradient", [a, b], { kernel_shape: [2, 2] }));
    expect(dw).toEqual(float32([1, 1, 2, 2], [12, 16, 24, 28]));
  });

  it("agrees with the definition for any kernel, stride, dilation, padding and grouping", () =>
    forAll(
      fc.oneof(convCases, otherConvCases),
      async (given) => {
        const [x, dy] = [randomTensor(given.x, 1), randomTensor(given.y, 2)];
        const attributes = { ...given.attributes, kernel_shape: given.w.slice(2) };
        const [dw] = await compute([x, dy], (g, a, b) => g.call("ConvWeightGradient", [a, b], attributes));
        expect(dw!.shape).toEqual(given.w);
        expect(largestError(dw!, naiveWeightGradient(given, x, dy))).toBeLessThan(1e-5);
      },
      80,
    ));

  it("of single points is one product over all images, as in a dense layer", async () => {
    const inputs = [float32([2, 2, 1, 1], [1, 2, 3, 4]), float32([2, 1, 1, 1], [10, 100])];
    const build: Build = (g, x, dy) => g.call("ConvWeightGradient", [x, dy], { kernel_shape: [1, 1] });
    expect(await compute(inputs, build)).toEqual([float32([1, 2, 1, 1], [310, 420])]);
    const ops = lower(buildGraph(inputs, build)).nodes.map(({ op }) => op);
    expect(ops.filter((op) => op !== "Reshape")).toEqual(["Gemm", "Identity"]);
  });

  it("has no second derivative, and the error says so", async () => {
    const inputs = [randomTensor([1, 1, 3, 3], 1), randomTensor([1, 1, 2, 2], 2)];
    const gradient = checkGradient(inputs, (g, x, dy) =>
      g.call("ConvWeightGradient", [x, dy], { kernel_shape: [2, 2] }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "ConvWeightGradient (node) has no gradient: second derivatives are not built",
    );
  });
});
