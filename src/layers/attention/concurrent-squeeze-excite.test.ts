import { describe, expect, it } from "vitest";
import { float32, type Tensor } from "../../graph/tensor.js";
import { computeLayer, expectNear, layerGraph } from "../../testing/compute-layer.js";
import { channelSqueezeExcite, concurrentSqueezeExcite, spatialSqueezeExcite } from "./concurrent-squeeze-excite.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Two channels of two pixels, whose sums are 4 and 1. */
const x = float32([1, 2, 1, 2], [1, 2, 3, -1]);
const pixels = { "conv.weight": float32([1, 2, 1, 1], [1, 1]), "conv.bias": float32([1], [0]) };

const inside = (at: string, parameters: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [`${at}.${name}`, tensor]));

const silent = {
  "fc1.weight": float32([1, 2, 1, 1], [1, 1]),
  "fc1.bias": float32([1], [0]),
  "fc2.weight": float32([2, 1, 1, 1], [0, 0]),
  "fc2.bias": float32([2], [0, 0]),
};

describe("spatialSqueezeExcite", () => {
  it("by hand: gates σ(4) and σ(1) for the two pixels", async () => {
    const y = await computeLayer(x, pixels, (p, x) => spatialSqueezeExcite(p, x));
    expectNear(y, [sigmoid(4), 2 * sigmoid(1), 3 * sigmoid(4), -sigmoid(1)]);
  });
});

describe("channelSqueezeExcite", () => {
  it("is squeeze-and-excitation with half as many hidden units", () => {
    const { parameters } = layerGraph(["N", 8, 4, 4], (p, x) => channelSqueezeExcite(p, x));
    expect(parameters.get("at.fc1.weight")!.shape).toEqual([4, 8, 1, 1]);
  });
});

describe("concurrentSqueezeExcite", () => {
  it.each([
    ["add", [0.5 + sigmoid(4), 1 + 2 * sigmoid(1), 1.5 + 3 * sigmoid(4), -0.5 - sigmoid(1)]],
    ["max", [sigmoid(4), 2 * sigmoid(1), 3 * sigmoid(4), -0.5]],
  ] as const)("by hand: x / 2 and the pixels' gates, joined by %s", async (join, expected) => {
    const parameters = { ...inside("cse", silent), ...inside("sse", pixels) };
    expectNear(await computeLayer(x, parameters, (p, x) => concurrentSqueezeExcite(p, x, { join })), expected);
  });
});
