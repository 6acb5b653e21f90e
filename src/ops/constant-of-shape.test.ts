import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold, folded } from "../testing/check-fold.js";

describe("ConstantOfShape", () => {
  it("fills a shape with zeros, or with the value it is given", () => {
    expect(folded([int64([2], [2, 3])], (g, to) => g.call("ConstantOfShape", [to]))).toEqual(
      float32([2, 3], [0, 0, 0, 0, 0, 0]),
    );
  });

  it("folds as ONNX Runtime computes", async () => {
    for (const value of [float32([1], [1.5]), int64([1], [-1])]) {
      await checkFold([], (g) => g.call("ConstantOfShape", [g.ints([2, 3])], { value }));
    }
  });

  it("is of a shape that holds a name", () => {
    const graph = buildGraph([floats("N", 3)], (g, x) => g.call("ConstantOfShape", [g.call("Shape", [x])]));
    expect(graph.outputs[0]).toMatchObject({ dtype: "float32", shape: ["N", 3] });
  });

  it("does not store what is large", () => {
    const { nodes, constants } = buildGraph([floats(1)], (g) => g.call("ConstantOfShape", [g.ints([1000, 1000])]));
    expect(nodes.map(({ op }) => op)).toEqual(["ConstantOfShape"]);
    expect([...constants.values()].map(({ data }) => data.length)).toEqual([2]);
  });

  it("wants a shape that is known while the graph is built", () => {
    expect(() =>
      buildGraph([{ dtype: "int64", shape: [2] }], (g, to) => g.call("ConstantOfShape", [to], {}, "node")),
    ).toThrow("ConstantOfShape (node): got a shape that is computed; expected a constant");
  });
});
