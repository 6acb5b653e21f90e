import { describe, expect, it } from "vitest";
import { randomTensor } from "../../testing/random-tensor.js";
import { block, built, count } from "./both-ways.test.helper.js";

const b = block ?? 16;

describe.skipIf(block === undefined)("pointwiseWeightGradient", () => {
  const point = { kernel_shape: [1, 1] };
  it.each([
    ["more channels out", [2, b, 4, b], 3 * b, 1],
    ["more channels in", [2, 3 * b, b, 3], b, 1],
    ["pixels that fill blocks only with all images", [b, 2 * b, 3, 5], b, 1],
    ["the same, more channels out", [b, b, 7, 7], 4 * b, 1],
    ["pixels that fill no block", [1, b, 3, 3], 2 * b, 1],
    ["the same, more channels in", [3, 2 * b, 5, 3], b, 1],
    ["a stride", [2, b, 8, 2 * b], 2 * b, 2],
    ["a stride that leaves rows over", [b, 2 * b, 7, 5], b, 2],
  ])("agrees with the standard lowering: %s", async (_, x, outputs, stride) => {
    const [n, , h, w] = x as [number, number, number, number];
    const dy = [n, outputs, Math.ceil(h / stride), Math.ceil(w / stride)];
    const { ops, error } = await built([randomTensor(x, 1), randomTensor(dy, 2)], (g, x, dy) =>
      g.call("ConvWeightGradient", [x, dy], { ...point, strides: [stride, stride] }),
    );
    expect(count(ops, "NchwcConv", "MatMul")).toEqual([1, 0]);
    expect(error).toBeLessThan(2e-6);
  });
});
