import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { indexed, type Write } from "./networks.test.helper.js";
import { rescale, rescaledWeights } from "./rescale.js";

/** Two convolutions that share their weights. */
const shared: Write = (p, x) => {
  const w = p.parameter("w", [4, 4, 1, 1], { kind: "uniform-fan-in" });
  return p.g.call("Conv", [p.g.call("Conv", [x, w], {}, "first"), w], {}, "second");
};

const weights = new Map([["w", float32([1], [3])]]);

describe("rescale", () => {
  it("multiplies a parameter in its place where all readers want it so", () => {
    const index = indexed(shared);
    const changes = index.graph.nodes.map((node) => ({ reader: { node, input: 1 }, exponent: 1 }));
    const { graph, scaled } = rescale(index, changes);
    expect(graph.nodes).toEqual(index.graph.nodes);
    expect(scaled).toEqual(new Map([["w", { from: "w", exponent: 1 }]]));
    expect(rescaledWeights(weights, scaled).get("w")).toEqual(float32([1], [6]));
  });

  it("gives a copy to the reader that wants another one", () => {
    const index = indexed(shared);
    const [first] = index.graph.nodes;
    const { graph, scaled } = rescale(index, [{ reader: { node: first!, input: 1 }, exponent: 2 }]);
    expect(graph.nodes.map(({ inputs }) => inputs[1])).toEqual(["w.x4", "w"]);
    const after = rescaledWeights(weights, scaled);
    expect([after.get("w"), after.get("w.x4")]).toEqual([float32([1], [3]), float32([1], [12])]);
  });

  it("multiplies a constant in the graph", () => {
    const index = indexed(({ g }, x) => g.call("Clip", [x, g.scalar(-1), g.scalar(6)]));
    const node = index.graph.nodes[0]!;
    const { graph, scaled } = rescale(index, [{ reader: { node, input: 2 }, exponent: 1 }]);
    expect(node.inputs.slice(1).map((name) => graph.constants.get(name)!.data[0])).toEqual([-1, 12]);
    expect(scaled.size).toBe(0);
  });
});
