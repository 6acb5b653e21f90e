import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear, layerGraph, plainNorm } from "../../testing/compute-layer.js";
import { selectiveKernel } from "./selective-kernel.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const centre = (value: number) => float32([1, 1, 3, 3], [0, 0, 0, 0, value, 0, 0, 0, 0]);

describe("selectiveKernel", () => {
  it("by hand: of a pixel 2 the branches make 2 and 1, and mix them by σ(3)", async () => {
    const parameters = {
      "paths.0.conv.weight": centre(1),
      ...plainNorm("paths.0.bn"),
      "paths.1.conv.weight": centre(0.5),
      ...plainNorm("paths.1.bn"),
      "attn.fc_reduce.weight": float32([1, 1, 1, 1], [1]), // 2 + 1
      ...plainNorm("attn.bn"),
      "attn.fc_select.weight": float32([2, 1, 1, 1], [1, 0]),
    };
    const y = await computeLayer(float32([1, 1, 1, 1], [2]), parameters, (p, x) => selectiveKernel(p, x, { least: 1 }));
    expectNear(y, [2 * sigmoid(3) + (1 - sigmoid(3))]);
  });

  it("has the outputs, the stride and the groups of the convolution that it stands for", () => {
    const site = { channels: 64, stride: 2, group: 8 };
    const { parameters, outputs } = layerGraph(["N", 32, 9, 9], (p, x) => selectiveKernel(p, x, {}, site));
    expect(outputs[0]!.shape).toEqual(["N", 64, 5, 5]);
    expect(parameters.get("at.paths.1.conv.weight")!.shape).toEqual([64, 4, 3, 3]);
    expect(parameters.get("at.attn.fc_reduce.weight")!.shape).toEqual([32, 64, 1, 1]);
  });
});
