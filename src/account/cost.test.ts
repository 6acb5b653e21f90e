import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { createModel } from "../models/index.js";
import { costByNode, countMacs } from "./cost.js";

describe("countMacs", () => {
  it("adds up convolutions and dense layers by hand", () => {
    const g = new GraphBuilder("test");
    const x = g.input("x", "float32", ["N", 3, 8, 8]);
    const w = g.parameter("w", [4, 3, 3, 3], { kind: "constant", value: 0 });
    const fc = g.parameter("fc", [10, 4], { kind: "constant", value: 0 });
    const y = g.call("Relu", [g.call("Conv", [x, w], { pads: [1, 1, 1, 1], strides: [2, 2] }, "conv")]);
    const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [y])]);
    g.output(g.call("Gemm", [pooled, fc], { transB: 1 }, "dense"));
    expect(costByNode(g.build())).toEqual([
      { node: "conv", op: "Conv", macs: 4 * 4 * 4 * (3 * 3 * 3) },
      { node: "dense", op: "Gemm", macs: 4 * 10 },
    ]);
    expect(countMacs(g.build())).toBe(1728 + 40);
  });

  it("counts a fixed batch as it is", () => {
    const g = new GraphBuilder("test");
    g.output(g.call("MatMul", [g.input("a", "float32", [5, 2]), g.input("b", "float32", [2, 3])]));
    expect(countMacs(g.build())).toBe(5 * 2 * 3);
  });

  it("counts SE's 1×1 convolutions: 2·16 + 2·32·2 + 2·64·4 in each of three blocks", () => {
    const cost = (name: string) => countMacs(createModel(name));
    expect(cost("seresnet20") - cost("resnet20")).toBe(3 * (2 * 16 * 1 + 2 * 32 * 2 + 2 * 64 * 4));
    const gates = costByNode(createModel("seresnet20")).filter(({ node }) => node.includes(".se."));
    expect(gates).toHaveLength(2 * 9);
    expect(gates[0]).toEqual({ node: "layer1.0.se.fc1.out", op: "Conv", macs: 16 });
  });

  it("says which extent has no size", () => {
    const g = new GraphBuilder("test");
    const w = g.parameter("w", [4, 3], { kind: "constant", value: 0 });
    g.output(g.call("MatMul", [g.input("x", "float32", ["N", "K", 4]), w]));
    expect(() => countMacs(g.build())).toThrow(
      'got shape [1, K, 3]; expected every extent to be a number; bind "K" first (bindDims)',
    );
  });
});
