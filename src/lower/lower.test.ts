import { describe, expect, it } from "vitest";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { lower } from "./lower.js";

describe("lower", () => {
  it("leaves a graph of ONNX's own operators as it is", () => {
    const graph = createModel("seresnet20");
    expect(lower(graph)).toEqual(graph);
  });

  it("writes ours in ONNX's, and keeps the names and types of the outputs", () => {
    const graph = buildGraph([floats(2, 3, 4, 4), floats(2, 3, 4, 4)], (g, dy, y) =>
      g.call("ReluGradient", [dy, y], {}, "dx"),
    );
    const lowered = lower(graph);
    expect(lowered.outputs).toEqual(graph.outputs);
    expect(lowered.nodes.every(({ domain }) => domain === "")).toBe(true);
  });

  it("drops what no output needs: the weight gradient, where only the input's is asked for", () => {
    const graph = buildGraph([floats(1, 2, 4, 4), floats(1, 3, 4, 4), floats(3, 2, 3, 3)], (g, x, dy, w) => {
      const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
      g.call("ConvWeightGradient", [x, dy], window);
      return g.call("ConvInputGradient", [dy, w], { ...window, input_shape: [4, 4] }, "dx");
    });
    expect(lower(graph).nodes.map(({ op }) => op)).toEqual(["Slice", "Transpose", "Conv", "Identity"]);
  });
});
