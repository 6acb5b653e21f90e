import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { insertAttention } from "../insert/insert-attention.js";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { findGates } from "./find-gates.js";

/** Where the nine units of ResNet-20 have their blocks. */
const places = [16, 32, 64].flatMap((channels, stage) =>
  [0, 1, 2].map((block) => ({ channels, path: `layer${stage + 1}.${block}.se` })),
);

describe("findGates", () => {
  it("finds the nine SE blocks of SE-ResNet-20 by the names of their places", () => {
    const expected = places.map(({ channels, path }, i) => {
      const paper = `SE_${2 + Math.floor(i / 3)}_${1 + (i % 3)}`;
      return { site: path, paper, value: `${path}.gate`, kind: "channel", channels };
    });
    expect(findGates(createModel("seresnet20"))).toMatchObject(expected);
  });

  it("finds the same ones in the file", () => {
    const graph = createModel("seresnet20");
    const { graph: read } = readOnnx(writeOnnx(graph, initialise(graph, 1)));
    expect(findGates(read)).toEqual(findGates(graph));
  });

  it("finds none in ResNet-20", () => expect(findGates(createModel("resnet20"))).toEqual([]));

  // whatever a gate ends in
  it.each([
    "se:gate=hard-sigmoid",
    "se:gate=tanh",
    "se:gate=relu",
    "eca",
    "ceca",
    "ese",
    "ge",
    "ge:variant=minus",
    "sk",
    "gc:fuse=scale,reduction=4",
  ])("finds the channel gates of ResNet-20 with %s", (text) => {
    const found = findGates(createModel("resnet20", { attention: parseAttention(text) }));
    const expected = places.map(({ channels, path }) => ({ site: path, kind: "channel", channels }));
    expect(found.map(({ site, kind, channels }) => ({ site, kind, channels }))).toEqual(expected);
  });

  it.each([
    ["cbam", "channel", "spatial"],
    ["scse", "cse", "sse"],
  ])("tells the two gates of %s apart", (kind, channel, spatial) => {
    const found = findGates(createModel("resnet20", { attention: parseAttention(kind) }));
    expect(found.map(({ site, kind }) => [site, kind])).toEqual(
      places.flatMap(({ path }) => [
        [`${path}.${channel}`, "channel"],
        [`${path}.${spatial}`, "spatial"],
      ]),
    );
  });

  it.each([
    ["mobilenet_v3_large", 8],
    ["efficientnet_b0", 16],
    ["regnety_002", 13],
    ["seresnet50", 16],
  ])("finds the gates of %s, %i as published", (name, count) => {
    const found = findGates(createModel(name));
    expect(found).toHaveLength(count);
    expect(found.every(({ kind }) => kind === "channel")).toBe(true);
  });

  it("names the 16 blocks of SE-ResNet-50 as the paper does", () => {
    const counts = [3, 4, 6, 3].flatMap((blocks, stage) =>
      Array.from({ length: blocks }, (_, block) => `SE_${stage + 2}_${block + 1}`),
    );
    expect(findGates(createModel("seresnet50")).map(({ paper }) => paper)).toEqual(counts);
  });

  it("finds those that were inserted, under the names they have got", () => {
    const { graph, sites } = insertAttention(createModel("resnet20"));
    expect(findGates(graph).map(({ site }) => site)).toEqual(sites.map(({ name }) => name));
  });

  // Small networks of torchvision's structure, as PyTorch exports them: nodes are called after modules.
  it.each([
    ["efficientnet_b0", [1, 0, 1], [2, 0, 2], [2, 1, 2], [3, 0, 2], [3, 1, 2]],
    ["mobilenet_v3_small", [1, 1], [2, 2]],
  ] as const)("calls the gates of an exported %s after their modules", (name, ...blocks) => {
    const file = readFileSync(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url));
    const expected = blocks.map((block) => `features.${[...block.slice(0, -1), "block", block.at(-1)].join(".")}`);
    expect(findGates(readOnnx(file).graph).map(({ site }) => site)).toEqual(expected);
  });

  it("sees through an Expand, finds a gate of two maps once, and no other sigmoid", () => {
    const graph = buildGraph([floats("N", 4, 5, 5)], (g, x) => {
      const weight = g.parameter("w", [4, 4, 1, 1], { kind: "constant", value: 1 });
      const gate = g.call("Sigmoid", [g.call("Conv", [g.call("GlobalAveragePool", [x]), weight])], {}, "mine");
      const everywhere = g.call("Sigmoid", [x]); // a map of its own, as in Swish
      const wide = g.call("Expand", [gate, g.call("Shape", [x])]);
      return [g.call("Mul", [wide, x]), g.call("Mul", [g.call("Relu", [x]), gate]), g.call("Mul", [x, everywhere])];
    });
    const mine = { site: "mine", paper: "SE_2_1", value: "mine", kind: "channel", map: "x0", channels: 4 };
    expect(findGates(graph)).toEqual([mine]);
  });

  it("knows channels that stand last, between the transpositions of files from TensorFlow", () => {
    const graph = buildGraph([floats("N", 4, 5, 5)], (g, x) => {
      const weight = g.parameter("w", [4, 4], { kind: "constant", value: 1 });
      const last = g.call("Transpose", [x], { perm: [0, 2, 3, 1] }); // [N, 5, 5, 4]
      const mean = g.call("ReduceMean", [last, g.ints([1, 2])]); // [N, 1, 1, 4]
      const gate = g.call("Sigmoid", [g.call("MatMul", [mean, weight])], {}, "mine");
      return g.call("Transpose", [g.call("Mul", [last, gate])], { perm: [0, 3, 1, 2] });
    });
    expect(findGates(graph)).toMatchObject([{ site: "mine", value: "mine", kind: "channel", channels: 4 }]);
  });

  it("gives every site a name of its own", () => {
    const graph = buildGraph([floats("N", 4, 5, 5)], (g, x) => {
      const pooled = g.call("GlobalAveragePool", [x]);
      const weight = g.parameter("block.fc.weight", [4, 4, 1, 1], { kind: "constant", value: 1 });
      const logits = g.call("Conv", [pooled, weight]);
      return [g.call("Mul", [x, g.call("Sigmoid", [logits])]), g.call("Mul", [x, g.call("Tanh", [logits])])];
    });
    expect(findGates(graph).map(({ site }) => site)).toEqual(["block.fc", "block.fc_2"]);
  });
});
