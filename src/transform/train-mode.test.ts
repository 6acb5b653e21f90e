import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { createModel } from "../models/index.js";
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
