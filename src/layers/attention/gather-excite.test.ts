import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear, layerGraph } from "../../testing/compute-layer.js";
import { type GatherExciteOptions, gatherExcite } from "./gather-excite.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("gatherExcite", () => {
  it.each<[number, number[]]>([
    [0, [2.5, 2.5, 2.5, 2.5]], // the mean of all
    [2, [2, 2, 3, 3]], // of pixels 0 and 1, and of 1 to 3
  ])("by hand, θ⁻ with extent %i: the gates are those of means", async (extent, means) => {
    const values = [1, 3, 2, 4];
    const y = await computeLayer(float32([1, 1, 1, 4], values), {}, (p, x) =>
      gatherExcite(p, x, { variant: "minus", extent }),
    );
    expectNear(
      y,
      values.map((value, i) => value * sigmoid(means[i]!)),
    );
  });

  it.each<[GatherExciteOptions, string[]]>([
    [{ variant: "minus" }, []],
    [{ variant: "plain", extent: 4 }, ["gather.conv1", "gather.norm1", "gather.conv2", "gather.norm2"]],
    [{}, ["gather.conv1", "gather.norm1", "mlp.fc1", "mlp.fc2"]],
  ])("%j has the layers %j", (options, layers) => {
    const { parameters } = layerGraph(["N", 16, 8, 8], (p, x) => gatherExcite(p, x, options));
    const weights = [...parameters.keys()].filter((name) => name.endsWith(".weight"));
    expect(weights).toEqual(layers.map((layer) => `at.${layer}.weight`));
  });
});
