import { describe, expect, it } from "vitest";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { node, onnxFile, value } from "../testing/onnx-file.js";
import { runGraph } from "../testing/run-graph.js";

describe("OneHot", () => {
  it("puts on where the index says, along a new last or first axis", async () => {
    const [last, first] = await compute([int64([2], [2, -3])], (g, at) => {
      const inputs = [at, g.ints([3]), g.constant(float32([2], [0.1, 0.9]))];
      return [g.call("OneHot", inputs), g.call("OneHot", inputs, { axis: 0 })];
    });
    const [off, on] = [Math.fround(0.1), Math.fround(0.9)];
    expect(last).toEqual(float32([2, 3], [off, off, on, on, off, off]));
    expect(first).toEqual(float32([3, 2], [off, on, off, off, on, off]));
  });

  it("takes a depth in floating point, as older files have it", async () => {
    const depth = { name: "depth", dataType: 1, dims: [1n], floatData: [3] };
    const values = { name: "values", dataType: 1, dims: [2n], floatData: [0, 1] };
    const [input, output] = [[value("at", [2], 7)], [value("y", [2, 3])]];
    const graph = {
      input,
      output,
      initializer: [depth, values],
      node: [node("OneHot", ["at", "depth", "values"], ["y"])],
    };
    const { graph: read, weights } = readOnnx(onnxFile(graph, { opset: 9 }));
    expect(weights.size).toBe(0);
    expect(await runGraph(read, { at: int64([2], [2, 0]) })).toEqual({ y: float32([2, 3], [0, 0, 1, 1, 0, 0]) });
  });

  it("keeps the name of the batch", () => {
    const types = [{ dtype: "int64", shape: ["N"] } as const, floats(2)];
    const { outputs } = buildGraph(types, (g, at, values) => g.call("OneHot", [at, g.ints([10]), values]));
    expect(outputs[0]!.shape).toEqual(["N", 10]);
  });
});
