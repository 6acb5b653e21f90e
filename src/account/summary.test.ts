import { describe, expect, it } from "vitest";
import { createModel } from "../models/index.js";
import { profile } from "./profile.js";
import { summary } from "./summary.js";

describe("summary", () => {
  const graph = createModel("seresnet50");
  const { name, input, layers, params, macs, attention } = summary(graph);
  const sum = (of: "params" | "macs", among = layers) => among.reduce((total, layer) => total + layer[of], 0);

  it("has a line for every layer, and they add up to the network", () => {
    expect([name, input]).toEqual(["seresnet50", [3, 224, 224]]);
    expect([params, macs]).toEqual([profile(graph).params, profile(graph).macs]);
    expect([sum("params"), sum("macs")]).toEqual([params, macs]);
  });

  it("counts what computes gates: 2C²/16 weights and C + C/16 biases in each of 16 blocks", () => {
    const blocks = [3, 4, 6, 3].flatMap((count, i) => new Array<number>(count).fill(256 * 2 ** i));
    const expected = blocks.reduce((total, c) => total + (2 * c * c) / 16 + c + c / 16, 0);
    expect(attention.params).toBe(expected);
    const own = layers.filter((layer) => layer.attention);
    expect([sum("params", own), sum("macs", own)]).toEqual([attention.params, attention.macs]);
    expect(own).toHaveLength(2 * 16);
    expect(summary(createModel("resnet50")).attention).toEqual({ params: 0, macs: 0 });
  });

  it("tells kinds and shapes, pools among them", () => {
    expect(layers.slice(0, 3)).toEqual([
      { name: "conv1", kind: "Conv", output: [64, 112, 112], params: 9408, macs: 9408 * 112 * 112, attention: false },
      { name: "bn1", kind: "BatchNormalization", output: [64, 112, 112], params: 128, macs: 0, attention: false },
      { name: "MaxPool_1", kind: "MaxPool", output: [64, 56, 56], params: 0, macs: 0, attention: false },
    ]);
    expect(layers.at(-1)).toMatchObject({ output: [1000], params: 2048 * 1000 + 1000, macs: 2048 * 1000 });
  });
});
