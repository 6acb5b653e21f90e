import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32 } from "../graph/tensor.js";
import { removeDeadNodes } from "./dead-nodes.js";

describe("removeDeadNodes", () => {
  it("keeps what an output needs, and all inputs and parameters", () => {
    const g = new GraphBuilder("test");
    const x = g.input("x", "float32", [2]);
    const w = g.parameter("w", [2], { kind: "constant", value: 0 });
    const used = g.constant(float32([2], [1, 2]), "used");
    const unused = g.constant(float32([2], [3, 4]), "unused");
    g.call("Neg", [g.call("Mul", [w, unused], {}, "dead1")], {}, "dead2");
    g.output(g.call("Relu", [g.call("Add", [x, used], {}, "alive1")], {}, "alive2"));
    const graph = g.build();
    expect(removeDeadNodes(graph)).toEqual({
      ...graph,
      nodes: graph.nodes.filter(({ name }) => name.startsWith("alive")),
      constants: new Map([["used", float32([2], [1, 2])]]),
    });
    expect(graph.nodes).toHaveLength(4); // the graph that was given is left alone
  });

  it("keeps a node for any one of its outputs", () => {
    const g = new GraphBuilder("test");
    const inputs = [[4, 2], [2], [2], [2], [2]].map((shape, i) => g.input(`x${i}`, "float32", shape));
    g.output(g.callMany("BatchNormTraining", inputs, {}, 5)[2]!);
    expect(removeDeadNodes(g.build()).nodes).toHaveLength(1);
  });
});
