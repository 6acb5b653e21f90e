import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";
import { BatchNormalization } from "./batch-normalization.js";

describe("BatchNormalization", () => {
  it("is scale · (x − mean) / √(var + ε) + bias per channel, by hand", async () => {
    const inputs = [
      float32([1, 2, 1, 2], [1, 2, 3, 4]),
      float32([2], [1, 10]),
      float32([2], [0, 5]),
      float32([2], [1, 2]),
      float32([2], [3, 8]),
    ];
    const [y] = await compute(inputs, (g, ...values) => g.call("BatchNormalization", values, { epsilon: 1 }));
    expect(y!.shape).toEqual([1, 2, 1, 2]);
    for (const [i, expected] of [0, 0.5, 5 + 10 / 3, 5 + 20 / 3].entries()) {
      expect(y!.data[i]).toBeCloseTo(expected, 5);
    }
  });

  it("has the gradient that finite differences give for x, scale and bias, the statistics frozen", () =>
    forAll(shapes(2, 4), (shape) => {
      const channels = [shape[1]!];
      const inputs = [
        randomTensor(shape, 1),
        randomTensor(channels, 2),
        randomTensor(channels, 3),
        randomTensor(channels, 4),
        randomTensor(channels, 5, { low: 0.5, high: 2 }),
      ];
      return checkGradient(inputs, (g, ...values) => g.call("BatchNormalization", values, { epsilon: 1e-3 }), {
        wanted: [0, 1, 2],
      });
    }));

  it("says which vector has the wrong length", () => {
    const types = [floats(1, 3, 4, 4), floats(3), floats(3), floats(4), floats(3)];
    expect(() => buildGraph(types, (g, ...values) => g.call("BatchNormalization", values, {}, "node"))).toThrow(
      "BatchNormalization (node): got x [1, 3, 4, 4], input_mean [4]; expected input_mean [3], one entry per channel",
    );
  });

  it("refuses the training mode of exported files", () => {
    const types = [floats(1, 3, 4, 4), floats(3), floats(3), floats(3), floats(3)];
    expect(() =>
      buildGraph(types, (g, ...values) => g.call("BatchNormalization", values, { training_mode: 1 }, "node")),
    ).toThrow("BatchNormalization (node): got training_mode 1; expected 0, as exported for inference");
  });

  it.each([
    ["opset 12, with the statistics of training as outputs", 12, ["y", "mean", "var", "saved_mean", "saved_var"], {}],
    ["opset 15, with training_mode", 15, ["y", "mean", "var"], { training_mode: { int: 1 } }],
  ])("reads %s as the form for inference", (_, opset, outputs, extra) => {
    const attributes = { epsilon: { float: 0.5 }, momentum: { float: 0.75 } };
    const inputs = ["x", "scale", "bias", "mean0", "var0"];
    const node = { name: "bn", op: "BatchNormalization", domain: "", inputs, outputs };
    const upgraded = BatchNormalization.upgrade!(
      new GraphBuilder("test"),
      { ...node, attributes: { ...attributes, ...extra } },
      opset,
    );
    expect(upgraded).toEqual({ ...node, outputs: ["y"], attributes });
  });
});
