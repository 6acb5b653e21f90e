import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { headOf } from "./head.js";

const exported = (name: string) =>
  readOnnx(readFileSync(fileURLToPath(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url)))).graph;

describe("headOf", () => {
  it("finds the dense layer of our networks", () => {
    expect(headOf(createModel("seresnet20"))).toEqual([
      { name: "fc.weight", axis: 0, fanIn: 64, init: { kind: "uniform-fan-in", fanIn: 64 } },
      { name: "fc.bias", axis: 0, fanIn: 64, init: { kind: "uniform-fan-in", fanIn: 64 } },
    ]);
  });

  it.each([
    ["resnet18.training", "9.weight"],
    ["squeezenet1_1", "7.weight"],
    ["mobilenet_v3_small.training", "classifier.3.weight"],
    ["densenet121.training", "classifier.weight"],
  ])("finds the last layer of an exported %s", (file, weight) => {
    expect(headOf(exported(file)).map(({ name }) => name)[0]).toBe(weight);
  });

  it("finds a product and a sum, and refuses an output without weights", () => {
    const g = buildGraph([floats("N", 4)], (g, x) => {
      const [w, b] = [
        g.parameter("w", [4, 3], { kind: "constant", value: 0 }),
        g.parameter("b", [3], { kind: "constant", value: 0 }),
      ];
      return g.call("Add", [b, g.call("MatMul", [x, w])]);
    });
    expect(headOf(g)).toEqual([
      { name: "w", axis: 1, fanIn: 4, init: { kind: "uniform-fan-in", fanIn: 4 } },
      { name: "b", axis: 0, fanIn: 4, init: { kind: "uniform-fan-in", fanIn: 4 } },
    ]);
    expect(() => headOf(buildGraph([floats("N", 4)], (g, x) => g.call("Relu", [x])))).toThrow(UserError);
  });
});
