import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { profile } from "../account/profile.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { gatedMaps, gateNodes } from "./gate-nodes.js";

describe("gateNodes", () => {
  // What a network takes more than its twin without attention is what its gates take.
  it.each([
    ["seresnet20", undefined],
    ["seresnet50", undefined],
    ["mobilenet_v3_small", undefined], // hard sigmoid gates; hard swish, on one pixel too
    ["efficientnet_b0", undefined], // x · σ(x) everywhere, within the gates too
    ["regnety_002", undefined],
    ["resnet20", "eca"],
    ["resnet20", "se:weights=linear,gate=tanh"],
    ["resnet20", "se:placement=post"],
    ["resnet20", "sse"],
    ["resnet20", "scse"],
    ["resnet20", "cbam"],
    ["resnet20", "ese"],
    ["resnet20", "ge"],
    ["resnet20", "ge:variant=minus"], // no layer: the mean of the map itself, squashed
  ])("finds all of %s %s", (name, text) => {
    const graph = createModel(name, text === undefined ? {} : { attention: parseAttention(text) });
    const [whole, without] = [profile(graph), profile(createModel(name, { attention: { kind: "none" } }))];
    const found = gateNodes(graph);
    const own = whole.nodes.filter(({ node }) => found.has(node));
    const sum = (of: "params" | "macs") => own.reduce((total, node) => total + node[of], 0);
    expect(sum("params")).toBe(whole.params - without.params);
    expect(sum("macs")).toBe(whole.macs - without.macs);
  });

  it.each(["resnet20", "inception_resnet_v2", "shufflenet_v1_g3"])("finds none in %s", (name) =>
    expect(gateNodes(createModel(name)).size).toBe(0),
  );
});

// torchvision multiplies the gate by the map, in this order; the networks are small ones of that structure
it.each([
  ["efficientnet_b0", 5],
  ["mobilenet_v3_small", 2],
  ["regnet_y_400mf", 3],
])("finds the gates of %s as PyTorch exports it", (name, count) => {
  const file = readFileSync(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url));
  const { graph } = readOnnx(file);
  expect(gatedMaps(graph)).toHaveLength(count);
});

it("sees through an Expand, as PyTorch writes y.expand_as(x)", () => {
  const graph = buildGraph([floats("N", 4, 5, 5)], (g, x) => {
    const weight = g.parameter("w", [4, 4, 1, 1], { kind: "constant", value: 1 });
    const gate = g.call("Sigmoid", [g.call("Conv", [g.call("GlobalAveragePool", [x]), weight])], {}, "gate");
    return g.call("Mul", [x, g.call("Expand", [gate, g.call("Shape", [x])])]);
  });
  const found = gatedMaps(graph);
  expect(found.map(({ map, gate }) => ({ map, gate }))).toEqual([{ map: "x0", gate: "gate" }]);
});

// x · tanh(mean(x)) is a gate; x over its deviation, x · σ(x) and a learnt scale are none
it("counts no normalization, no activation and no scale", () => {
  const graph = buildGraph([floats("N", 4, 5, 5), floats("N", 4, 1, 1)], (g, x, z) => {
    const scale = g.parameter("gamma", [4, 1, 1], { kind: "constant", value: 1 });
    const mean = g.call("ReduceMean", [g.call("Mul", [x, x]), g.ints([2, 3])]);
    const pixel = g.call("GlobalAveragePool", [x]);
    return [
      g.call("Mul", [x, g.call("Reciprocal", [g.call("Sqrt", [mean])])]),
      g.call("Mul", [x, g.call("Sigmoid", [x])]),
      g.call("Mul", [pixel, g.call("Sigmoid", [pixel])]),
      g.call("Mul", [x, g.call("Reshape", [scale, g.ints([1, 4, 1, 1])])]),
      g.call("Mul", [x, z]),
    ];
  });
  expect(gatedMaps(graph)).toEqual([]);
});
