import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { convCases, largestError, naiveInputGradient, otherConvCases } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ConvInputGradient", () => {
  it("gives every pixel the sum of the weights that touched it, by hand", async () => {
    const dy = float32([1, 1, 2, 2], [1, 1, 1, 1]);
    const w = float32([1, 1, 2, 2], [1, 10, 100, 1000]);
    const [dx] = await compute([dy, w], (g, a, b) => g.call("ConvInputGradient", [a, b], { input_shape: [3, 3] }));
    expect(dx).toEqual(float32([1, 1, 3, 3], [1, 11, 10, 101, 1111, 1010, 100, 1100, 1000]));
  });

  it("agrees with the definition for any kernel, stride, dilation, padding and grouping", () =>
    forAll(
      fc.oneof(convCases, otherConvCases),
      async (given) => {
        const [dy, w] = [randomTensor(given.y, 1), randomTensor(given.w, 2)];
        const attributes = { ...given.attributes, input_shape: given.x.slice(2) };
        const [dx] = await compute([dy, w], (g, a, b) => g.call("ConvInputGradient", [a, b], attributes));
        expect(dx!.shape).toEqual(given.x);
        expect(largestError(dx!, naiveInputGradient(given, dy, w))).toBeLessThan(1e-5);
      },
      80,
    ));

  it("has no second derivative, and the error says so", async () => {
    const inputs = [randomTensor([1, 1, 2, 2], 1), randomTensor([1, 1, 2, 2], 2)];
    const gradient = checkGradient(inputs, (g, dy, w) =>
      g.call("ConvInputGradient", [dy, w], { input_shape: [3, 3] }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "ConvInputGradient (node) has no gradient: second derivatives are not built",
    );
  });
});
