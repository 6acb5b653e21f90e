import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { createModel } from "../models/index.js";
import { bindDims, replay } from "./replay.js";

describe("replay", () => {
  it("copies a graph as it is", () => {
    const graph = createModel("seresnet20", { shortcut: "A" });
    const g = new GraphBuilder(graph.name);
    const values = replay(g, graph);
    for (const { name } of graph.outputs) g.output(values.get(name)!);
    expect(g.build()).toEqual(graph);
  });

  it("puts other nodes in the place of one, which all that come after use", () => {
    const source = new GraphBuilder("test");
    const relu = source.call("Relu", [source.input("x", "float32", [2])], {}, "relu");
    source.output(source.call("Neg", [relu], {}, "y"));
    const g = new GraphBuilder("test");
    replay(g, source.build(), {
      replace: (node, [x]) => (node.op === "Relu" ? [g.call("Sigmoid", [x], {}, "sigmoid")] : undefined),
    });
    expect(g.build().nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
      ["Sigmoid", ["x"], ["sigmoid"]],
      ["Neg", ["sigmoid"], ["y"]],
    ]);
  });
});

describe("bindDims", () => {
  it("gives the batch a size, everywhere", () => {
    const graph = bindDims(createModel("resnet20"), { N: 5 });
    expect(graph.inputs[0]!.shape).toEqual([5, 3, 32, 32]);
    expect(graph.outputs[0]!.shape).toEqual([5, 10]);
  });

  it("leaves names alone that it is not told about", () => {
    expect(bindDims(createModel("resnet20"), { M: 5 })).toEqual(createModel("resnet20"));
  });
});
