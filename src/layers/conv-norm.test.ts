import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { computeLayer, layerGraph, plainNorm } from "../testing/compute-layer.js";
import { type ConvNormOptions, convNorm } from "./conv-norm.js";
import type { Scope } from "./scope.js";

const write = (options: ConvNormOptions) => (p: Scope, x: Parameters<typeof convNorm>[1]) =>
  convNorm([p.at("conv1"), p.at("bn1")], x, options);

describe("convNorm", () => {
  it.each([
    [undefined, [2, -2]],
    ["relu", [2, 0]],
  ] as const)("by hand: 2·x over √(1 + 3), plus 1, then %s", async (act, expected) => {
    const parameters = {
      "conv1.weight": float32([1, 1, 1, 1], [2]),
      ...plainNorm("bn1"),
      "bn1.running_var": float32([1], [1]),
      "bn1.bias": float32([1], [1]),
    };
    const options = { channels: 1, kernel: 1, epsilon: 3, ...(act && { act }) };
    expect(await computeLayer(float32([1, 1, 1, 2], [1, -3]), parameters, write(options))).toEqual(
      float32([1, 1, 1, 2], [...expected]),
    );
  });

  it("keeps the parameters of the two where it is told", () => {
    const { parameters } = layerGraph(["N", 4, 8, 8], write({ channels: 6, kernel: 3 }));
    expect([...parameters].map(([name, { shape }]) => [name, shape])).toEqual([
      ["at.conv1.weight", [6, 4, 3, 3]],
      ["at.bn1.weight", [6]],
      ["at.bn1.bias", [6]],
      ["at.bn1.running_mean", [6]],
      ["at.bn1.running_var", [6]],
    ]);
  });
});
