import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { batchNorm } from "./batch-norm.js";
import { Scope } from "./scope.js";

describe("batchNorm", () => {
  it("has PyTorch's parameters, of which the running statistics are not learnt", () => {
    const g = new GraphBuilder("test");
    batchNorm(new Scope(g, "bn1"), g.input("x", "float32", ["N", 8, 4, 4]));
    const parameters = [...g.build().parameters].map(([name, { shape, trainable }]) => [name, shape, trainable]);
    expect(parameters).toEqual([
      ["bn1.weight", [8], true],
      ["bn1.bias", [8], true],
      ["bn1.running_mean", [8], false],
      ["bn1.running_var", [8], false],
    ]);
  });

  it("starts out as x / √(1 + ε)", async () => {
    const g = new GraphBuilder("test");
    g.output(batchNorm(new Scope(g, "bn1"), g.input("x", "float32", ["N", 3, 2, 2]), { epsilon: 3 }), "y");
    const graph = g.build();
    const x = randomTensor([2, 3, 2, 2], 1);
    const { y } = await runGraph(graph, { x, ...Object.fromEntries(initialise(graph, 1)) });
    for (const [i, value] of x.data.entries()) expect(y!.data[i]).toBeCloseTo(value / 2, 6);
  });
});
