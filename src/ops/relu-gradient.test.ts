import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ReluGradient", () => {
  it("lets dy pass where y is positive, however small, and nowhere else", async () => {
    const dy = float32([4], [5, -6, 7, 8]);
    const y = float32([4], [2, 1e-30, 0, 0.5]);
    const [dx] = await compute([dy, y], (g, a, b) => g.call("ReluGradient", [a, b]));
    expect([...dx!.data]).toEqual([5, -6, 0, 8]);
  });

  it("has no second derivative, and the error says so", async () => {
    const inputs = [randomTensor([3], 1), randomTensor([3], 2)];
    const gradient = checkGradient(inputs, (g, dy, y) => g.call("ReluGradient", [dy, y], {}, "node"));
    await expect(gradient).rejects.toThrow("ReluGradient (node) has no gradient: second derivatives are not built");
  });
});
