import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32 } from "../graph/tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { linear } from "./linear.js";
import { Scope } from "./scope.js";

function layer() {
  const g = new GraphBuilder("test");
  g.output(linear(new Scope(g, "fc"), g.input("x", "float32", ["N", 2]), { features: 3 }), "y");
  return g.build();
}

describe("linear", () => {
  it("is x·Wᵀ + b, by hand", async () => {
    const { y } = await runGraph(layer(), {
      x: float32([1, 2], [1, 2]),
      "fc.weight": float32([3, 2], [1, 0, 0, 1, 1, 1]),
      "fc.bias": float32([3], [10, 20, 30]),
    });
    expect(y).toEqual(float32([1, 3], [11, 22, 33]));
  });

  it("starts as PyTorch's Linear: weights and bias uniform in ±1/√inputs", () => {
    const { parameters } = layer();
    expect(parameters.get("fc.weight")!.init).toEqual({ kind: "uniform-fan-in" });
    expect(parameters.get("fc.bias")!.init).toEqual({ kind: "uniform-fan-in", fanIn: 2 });
  });
});
