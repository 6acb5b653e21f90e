import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32, zeros } from "../graph/tensor.js";
import { unifyConstants } from "./unify-constants.js";

describe("unifyConstants", () => {
  it("lets nodes share equal small constants; outputs and large ones stay", () => {
    const g = new GraphBuilder("test");
    const x = g.input("x", "float32", [2000]);
    const constants = { a: float32([1], [2]), b: float32([1], [2]), c: float32([], [2]), out: float32([1], [2]) };
    const large = { d: zeros("float32", [2000]), e: zeros("float32", [2000]) };
    for (const [name, tensor] of Object.entries({ ...constants, ...large })) {
      g.output(g.call("Add", [x, g.constant(tensor, name)], {}, `x + ${name}`));
    }
    g.output(g.value("out"));
    const graph = unifyConstants(g.build());
    expect(graph.nodes.map(({ inputs }) => inputs[1])).toEqual(["a", "a", "c", "a", "d", "e"]);
    expect([...graph.constants.keys()]).toEqual(["a", "c", "out", "d", "e"]);
  });
});
