import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { activationAfter, convShape, isConstantFactor, isLayer } from "./layer-shapes.js";
import { indexed, type Write } from "./networks.test.helper.js";

describe("convShape", () => {
  it.each([
    [
      { channels: 6, kernel: 3 },
      { kernel: [3, 3], group: 1, inputs: 4, outputs: 6, depthwise: false, pointwise: false },
    ],
    [
      { channels: 6, kernel: 1 },
      { kernel: [1, 1], group: 1, inputs: 4, outputs: 6, depthwise: false, pointwise: true },
    ],
    [
      { channels: 8, kernel: 3, group: 4 },
      { kernel: [3, 3], group: 4, inputs: 4, outputs: 8, depthwise: true, pointwise: false },
    ],
    [
      { channels: 8, kernel: 3, group: 2 },
      { kernel: [3, 3], group: 2, inputs: 4, outputs: 8, depthwise: false, pointwise: false },
    ],
  ])("of %j", (options, expected) => {
    const index = indexed((p, x) => conv(p, x, options));
    expect(convShape(index, index.graph.nodes[0]!)).toEqual(expected);
  });
});

describe("isLayer", () => {
  it.each<[string, boolean, Write]>([
    ["a convolution", true, (p, x) => conv(p, x, { channels: 2, kernel: 1 })],
    ["a dense layer", true, (p, x) => linear(p, p.g.call("Flatten", [x]), { features: 2 })],
    ["a product of two maps", false, ({ g }, x) => g.call("MatMul", [x, x])],
    ["an activation", false, ({ g }, x) => g.call("Relu", [x])],
  ])("%s: %s", (_, expected, write) => {
    const index = indexed(write);
    expect(isLayer(index, index.graph.nodes.at(-1)!)).toBe(expected);
  });
});

describe("activationAfter", () => {
  const ends = (g: GraphBuilder, x: Value) => g.call("Identity", [x], {}, "end");

  it.each<[string, (g: GraphBuilder, x: Value) => Value]>([
    ["ReLU", (g, x) => g.call("Relu", [x], {}, "bent")],
    ["softsign", (g, x) => g.call("Softsign", [x], {}, "bent")],
    ["x·σ(x)", (g, x) => g.call("Mul", [x, g.call("Sigmoid", [x])], {}, "bent")],
    [
      "x·clip(x + 3)/6",
      (g, x) => {
        const cut = g.call("Clip", [g.call("Add", [x, g.scalar(3)]), g.scalar(0), g.scalar(6)]);
        return g.call("Div", [g.call("Mul", [x, cut]), g.scalar(6)], {}, "bent");
      },
    ],
    [
      "x·1/(1 + e⁻ˣ)",
      (g, x) => {
        const odds = g.call("Add", [g.call("Exp", [g.call("Neg", [x])]), g.scalar(1)]);
        return g.call("Mul", [x, g.call("Reciprocal", [odds])], {}, "bent");
      },
    ],
  ])("finds %s", (_, activation) => {
    const index = indexed(({ g }, x) => ends(g, activation(g, x)));
    expect(activationAfter(index, "x")).toEqual({ node: index.maker("bent"), value: "bent" });
  });

  it.each<[string, (g: GraphBuilder, x: Value) => Value]>([
    ["a sigmoid by itself, which gates", (g, x) => g.call("Sigmoid", [x])],
    ["a pool", (g, x) => g.call("GlobalAveragePool", [x])],
    ["a gate", (g, x) => g.call("Mul", [x, g.call("Sigmoid", [g.call("GlobalAveragePool", [x])])])],
    ["one of two ways", (g, x) => g.call("Add", [g.call("Relu", [x]), x])],
  ])("does not take for one: %s", (_, write) =>
    expect(
      activationAfter(
        indexed(({ g }, x) => ends(g, write(g, x))),
        "x",
      ),
    ).toBeUndefined(),
  );
});

describe("isConstantFactor", () => {
  it.each<[string, boolean, Write]>([
    ["0.17·x", true, ({ g }, x) => g.call("Mul", [g.scalar(0.17), x])],
    ["x / 6", true, ({ g }, x) => g.call("Div", [x, g.scalar(6)])],
    ["6 / x", false, ({ g }, x) => g.call("Div", [g.scalar(6), x])],
    [
      "a number for each channel",
      false,
      (p, x) => p.g.call("Mul", [x, p.parameter("s", [4, 1, 1], { kind: "constant", value: 1 })]),
    ],
    ["x·x", false, ({ g }, x) => g.call("Mul", [x, x])],
  ])("%s: %s", (_, expected, write) => {
    const index = indexed(write);
    expect(isConstantFactor(index, index.graph.nodes.at(-1)!)).toBe(expected);
  });
});
