import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { computeLayer, layerGraph } from "../testing/compute-layer.js";
import { classifier } from "./classifier.js";

describe("classifier", () => {
  it("by hand: the means 2 and 5, weighed", async () => {
    const parameters = { weight: float32([3, 2], [1, 0, 0, 1, 1, -1]), bias: float32([3], [0, 0, 10]) };
    const x = float32([1, 2, 1, 2], [1, 3, 4, 6]);
    expect(await computeLayer(x, parameters, (p, x) => classifier(p, x, { classes: 3 }))).toEqual(
      float32([1, 3], [2, 5, 7]),
    );
  });

  it.each([
    [0, []],
    [0.2, ["at.dropout.out"]],
  ])("with dropout %d has the dropout %j before its dense layer", (dropout, names) => {
    const graph = layerGraph(["N", 4, 3, 3], (p, x) => classifier(p, x, { classes: 2, dropout }));
    expect(graph.nodes.flatMap(({ op, name }) => (op === "Dropout" ? [name] : []))).toEqual(names);
    expect([...graph.parameters.keys()]).toEqual(["at.weight", "at.bias"]);
  });
});
