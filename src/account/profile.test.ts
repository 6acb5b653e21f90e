import { describe, expect, it } from "vitest";
import { countParameters } from "../graph/graph.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { countMacs } from "./cost.js";
import { profile } from "./profile.js";

describe("profile", () => {
  const graph = createModel("seresnet50");
  const { params, macs, activations, memory, nodes } = profile(graph);

  it("adds up to the counts of the whole network", () => {
    expect(params).toBe(countParameters(graph));
    expect(macs).toBe(countMacs(graph));
    expect(nodes.reduce((sum, node) => sum + node.params, 0)).toBe(params);
    expect(nodes.reduce((sum, node) => sum + node.macs, 0)).toBe(macs);
  });

  // resnet50's published 11.11 M; the SE blocks add 16 gates and hidden layers.
  it("counts the activations that timm prints", () => {
    expect((profile(createModel("resnet50")).activations / 1e6).toFixed(2)).toBe("11.11");
    const gates = [3, 4, 6, 3].reduce((sum, n, i) => sum + n * (256 + 16) * 2 ** i, 0);
    expect(activations - profile(createModel("resnet50")).activations).toBe(gates);
  });

  it("says what the first convolution takes", () =>
    expect(nodes[0]).toEqual({
      node: "conv1.out",
      op: "Conv",
      output: "[1, 64, 112, 112]",
      params: 64 * 3 * 7 * 7,
      macs: 64 * 3 * 7 * 7 * 112 * 112,
      elements: 64 * 112 * 112,
    }));

  it("knows the size of the weights: running statistics are stored, too", () =>
    expect(memory.weightBytes).toBe(4 * (28_088_024 + 2 * 26_560)));

  it("by hand: x of 4 and a of 4 numbers are alive while b is made, x until the end", () => {
    const chain = buildGraph([floats("N", 4)], (g, x) => g.call("Add", [x, g.call("Relu", [g.call("Neg", [x])])]));
    expect(profile(chain).memory.activationBytes).toBe(4 * 3 * 4);
  });
});
