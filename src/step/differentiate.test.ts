import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { checkGradient } from "../testing/check-gradient.js";
import { awayFromZero, randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { differentiate } from "./differentiate.js";

function builder() {
  const g = new GraphBuilder("test");
  const x = g.input("x", "float32", [2]);
  const sum = (value: Value) => g.call("ReduceSum", [value], { keepdims: 0 });
  return { g, x, sum };
}

describe("differentiate", () => {
  it("by hand: the gradient of Σ x³ is 3x²", async () => {
    const { g, x, sum } = builder();
    const [gradient] = differentiate(g, sum(g.call("Mul", [x, g.call("Mul", [x, x])])), [x]);
    g.output(gradient!, "gradient");
    const { gradient: result } = await runGraph(g.build(), { x: float32([2], [2, -3]) });
    expect([...result!.data]).toEqual([12, 27]);
  });

  it("adds up what comes back along every path", () =>
    checkGradient([awayFromZero([3, 2], 1), randomTensor([2], 2)], (g, x, w) => {
      const y = g.call("Mul", [x, w]);
      const left = g.call("Relu", [y]);
      const right = g.call("Sigmoid", [y]);
      return g.call("Add", [g.call("Mul", [left, right]), g.call("Sub", [x, left])]);
    }));

  it("passes over optional outputs and inputs that are left out", async () => {
    const g = new GraphBuilder("test");
    g.input("x", "float32", [2, 3]);
    const w = g.input("w", "float32", [3]);
    const attributes = { axis: { int: -1 } };
    const node = {
      name: "norm",
      op: "LayerNormalization",
      domain: "",
      inputs: ["x", "w"],
      outputs: ["y", "", "rstd"],
      attributes,
    };
    const [y, rstd] = g.append(node);
    const scaled = g.call("Mul", [y, rstd]);
    const clipped = g.call("Clip", [scaled, undefined, g.scalar(0.5)]);
    const [gradient] = differentiate(g, g.call("ReduceSum", [clipped], { keepdims: 0 }), [w]);
    g.output(gradient!, "gradient");
    const feeds = { x: float32([2, 3], [1, 2, 4, -3, 0, 5]), w: float32([3], [1, 1, 1]) };
    const { gradient: result } = await runGraph(g.build(), feeds);
    const by = (rows: readonly number[][]) =>
      [0, 1, 2].map((i) =>
        rows.reduce((sum, row) => {
          const mean = (row[0]! + row[1]! + row[2]!) / 3;
          const scale = 1 / Math.sqrt(row.reduce((all, each) => all + (each - mean) ** 2, 0) / 3 + 1e-5);
          const value = (row[i]! - mean) * scale * scale;
          return sum + (value < 0.5 ? value : 0);
        }, 0),
      );
    for (const [i, value] of by([
      [1, 2, 4],
      [-3, 0, 5],
    ]).entries()) {
      expect(result!.data[i]).toBeCloseTo(value, 5);
    }
  });

  it("gives intermediate values their gradients, and the loss 1", async () => {
    const { g, x, sum } = builder();
    const y = g.call("Mul", [x, g.scalar(2)]);
    const loss = sum(g.call("Mul", [y, y]));
    const found = differentiate(g, loss, [y, loss]);
    for (const [i, gradient] of found.entries()) g.output(gradient!, `gradient${i}`);
    const { gradient0, gradient1 } = await runGraph(g.build(), { x: float32([2], [1, 3]) });
    expect([...gradient0!.data]).toEqual([4, 12]);
    expect([...gradient1!.data]).toEqual([1]);
  });

  it("says undefined where the loss does not depend on a value", () => {
    const { g, x, sum } = builder();
    const other = g.input("other", "float32", [2]);
    expect(differentiate(g, sum(x), [other])).toEqual([undefined]);
  });

  it("does not care about operators without a gradient beside the path", () => {
    const { g, x, sum } = builder();
    const mask = g.call("Sign", [g.input("other", "float32", [2])]);
    expect(differentiate(g, sum(g.call("Mul", [x, mask])), [x])[0]).toBeDefined();
  });

  it("refuses an operator without a gradient on the path, naming it and the node", () => {
    const { g, x, sum } = builder();
    const loss = sum(g.call("Sign", [x], {}, "step"));
    expect(() => differentiate(g, loss, [x])).toThrow(
      "Sign (step) has no gradient: it is flat everywhere but at 0; freeze the parameters before it, or replace it",
    );
  });

  it("refuses a path through a second output, which no rule differentiates", () => {
    const g = new GraphBuilder("test");
    const inputs = [[4, 2], [2], [2], [2], [2]].map((shape, i) => g.input(`x${i}`, "float32", shape));
    const [, mean] = g.callMany("BatchNormTraining", inputs, {}, 5, "bn");
    const loss = g.call("ReduceSum", [mean], { keepdims: 0 });
    expect(() => differentiate(g, loss, [inputs[0]!])).toThrow(
      "BatchNormTraining (bn) has no gradient for its output bn:1, only for its first",
    );
  });

  it("refuses to differentiate anything but a float32 scalar", () => {
    const { g, x } = builder();
    expect(() => differentiate(g, x, [x])).toThrow(
      "differentiate: got float32 [2]; expected a float32 scalar to differentiate",
    );
  });
});
