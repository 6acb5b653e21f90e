import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear, layerGraph, plainNorm } from "../../testing/compute-layer.js";
import { cbam } from "./cbam.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("cbam", () => {
  it("by hand: channel gates σ(2) and σ(6), then a pixel gate of the larger channel", async () => {
    const parameters = {
      "channel.fc1.weight": float32([1, 2, 1, 1], [1, -1]), // of the means 2, 1 as of the maxima 3, 2: 1
      "channel.fc1.bias": float32([1], [0]),
      "channel.fc2.weight": float32([2, 1, 1, 1], [1, 2]), // 1 + 1 and 3 + 3 with the bias
      "channel.fc2.bias": float32([2], [0, 1]),
      "spatial.conv.conv.weight": float32([1, 2, 1, 1], [0, 1]), // the mean over channels, then the maximum
      ...plainNorm("spatial.conv.bn"),
    };
    const x = float32([1, 2, 1, 2], [1, 3, 0, 2]);
    const [first, second] = [sigmoid(2), sigmoid(6)];
    const pixels = [sigmoid(first), sigmoid(3 * first)];
    const y = await computeLayer(x, parameters, (p, x) => cbam(p, x, { reduction: 2, kernel: 1 }));
    expectNear(y, [first * pixels[0]!, 3 * first * pixels[1]!, 0, 2 * second * pixels[1]!]);
  });

  it.each([true, false])("has timm's names, with bias %s", (bias) => {
    const { parameters } = layerGraph(["N", 32, 8, 8], (p, x) => cbam(p, x, { bias }));
    const learnt = [...parameters].flatMap(([name, { trainable, shape }]) => (trainable ? [[name, shape]] : []));
    expect(learnt).toEqual([
      ["at.channel.fc1.weight", [2, 32, 1, 1]],
      ...(bias ? [["at.channel.fc1.bias", [2]]] : []),
      ["at.channel.fc2.weight", [32, 2, 1, 1]],
      ...(bias ? [["at.channel.fc2.bias", [32]]] : []),
      ["at.spatial.conv.conv.weight", [1, 2, 7, 7]],
      ["at.spatial.conv.bn.weight", [1]],
      ["at.spatial.conv.bn.bias", [1]],
    ]);
  });
});
