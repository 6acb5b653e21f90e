import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { trainMode } from "./train-mode.js";

describe("trainMode", () => {
  const model = createModel("seresnet20");
  const g = new GraphBuilder("training");
  const { values, state } = trainMode(g, model, 32);
  const { nodes, inputs, parameters } = g.build();

  it("binds the batch", () => {
    expect(inputs[0]!.shape).toEqual([32, 3, 32, 32]);
    expect(values.get("logits")!.shape).toEqual([32, 10]);
  });

  it("puts batch statistics in the place of every batch norm, with its ε and momentum in PyTorch's meaning", () => {
    const count = (op: string) => nodes.filter((node) => node.op === op).length;
    expect([count("BatchNormalization"), count("BatchNormTraining")]).toEqual([0, 21]);
    const first = nodes.find(({ op }) => op === "BatchNormTraining")!;
    expect(first).toMatchObject({
      domain: "senet",
      inputs: ["conv1.out", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"],
      attributes: { epsilon: { float: Math.fround(1e-5) }, momentum: { float: Math.fround(0.1) } },
    });
  });

  it("says where every running statistic goes on", () => {
    const tracked = [...parameters].flatMap(([name, { trainable }]) => (trainable ? [] : [name]));
    expect([...state.keys()].toSorted()).toEqual(tracked.toSorted());
    expect(state.get("bn1.running_mean")!.name).toBe("bn1.out:1");
    expect(state.get("bn1.running_var")!.name).toBe("bn1.out:2");
  });
});

describe("trainMode of batch norms", () => {
  const model = createModel("resnet20");
  const trained = (options: Parameters<typeof trainMode>[3]) => {
    const g = new GraphBuilder("training");
    const { state } = trainMode(g, model, 8, options);
    return { ops: g.build().nodes.map(({ op }) => op), state };
  };

  it.each([[{ mode: "eval" }], [{ frozenBatchNorm: true }]] as const)("keeps running statistics with %j", (options) => {
    const { ops, state } = trained(options);
    expect(ops).not.toContain("BatchNormTraining");
    expect(state.size).toBe(0);
  });

  it("keeps those that a pattern names, by any of their parameters", () => {
    const { ops, state } = trained({ frozenBatchNorm: ["layer1.*", "bn1.running_mean"] });
    expect(ops.filter((op) => op === "BatchNormalization")).toHaveLength(7);
    expect([...state.keys()].filter((name) => /^(layer1|bn1)/.test(name))).toEqual([]);
    expect(state.size).toBe(2 * 14);
    expect(() => trained({ frozenBatchNorm: "layer4.*" })).toThrow(
      'got pattern "layer4.*", which fits no parameter of a',
    );
  });

  it("reads momentum as ONNX writes it, and moves statistics that two of them share twice", () => {
    const shared = buildGraph([floats("N", 3)], (g, x) => {
      const vectors = ["scale", "bias", "mean", "variance"].map((name, i) =>
        g.parameter(name, [3], { kind: "constant", value: i }, i < 2),
      );
      const once = g.call("BatchNormalization", [x, ...vectors], { momentum: 0.75 }, "first");
      return g.call("BatchNormalization", [once, ...vectors], { momentum: 0.75 }, "second");
    });
    const g = new GraphBuilder("training");
    const { state } = trainMode(g, shared, 8);
    const nodes = g.build().nodes.filter(({ op }) => op === "BatchNormTraining");
    expect(nodes.map(({ attributes }) => attributes.momentum)).toEqual([{ float: 0.25 }, { float: 0.25 }]);
    expect(nodes[0]!.inputs.slice(3)).toEqual(["mean", "variance"]);
    expect(nodes[1]!.inputs.slice(3)).toEqual(["first:1", "first:2"]);
    expect(state.get("mean")!.name).toBe("second:1");
  });
});
