import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { indexOf } from "../graph/graph-index.js";
import { commonPrefix, moduleOf, pathOf } from "./module-names.js";

it.each([
  [["layer1.0.conv1", "layer1.0.bn1"], "layer1.0."],
  [["layer1.0"], "layer1.0."],
  [["layer1", "layer10"], "layer1"],
  [["a", "b"], ""],
])("commonPrefix of %j is %j", (names, expected) => expect(commonPrefix(names)).toBe(expected));

it.each([
  ["/layer1/layer1.0/conv1/Conv", "layer1.0.conv1"], // PyTorch's exporter
  ["block/conv/Conv", "block.conv"],
  ["Conv_12", undefined],
])("pathOf a node called %s is %s", (name, expected) =>
  expect(pathOf({ name, op: "Conv", domain: "", inputs: [], outputs: [], attributes: {} })).toBe(expected),
);

describe("moduleOf", () => {
  it.each([
    ["layer1.0.conv1.weight", "Conv_3", "layer1.0.conv1"],
    ["block/conv/kernel", "Conv_3", "block.conv"],
    ["onnx::Conv_12", "/features/features.0/Conv", "features.0"], // batch norm was folded in, and the name was lost
    ["onnx::Conv_12", "Conv_3", undefined],
  ])("of a layer with the weight %s and the name %s is %s", (weight, name, expected) => {
    const g = new GraphBuilder("test");
    const w = g.parameter(weight, [4, 4, 1, 1], { kind: "uniform-fan-in" });
    g.output(g.call("Conv", [g.input("x", "float32", ["N", 4, 8, 8]), w], {}, name));
    const index = indexOf(g.build());
    expect(moduleOf(index, index.graph.nodes[0]!)).toBe(expected);
  });
});
