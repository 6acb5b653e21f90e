import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Dim } from "../graph/graph.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";
import { opOf } from "./index.js";

describe("Unsqueeze", () => {
  it.each<[Dim[], number[], Dim[]]>([
    [
      ["N", 8],
      [2, 3],
      ["N", 8, 1, 1],
    ],
    [
      ["N", 8],
      [3, 0],
      [1, "N", 8, 1],
    ],
    [
      ["N", 8],
      [-1, -3],
      ["N", 1, 8, 1],
    ],
    [[], [0], [1]],
  ])("makes %j by axes %j to %j", (from, axes, to) => {
    const { outputs } = buildGraph([floats(...from)], (g, x) => g.call("Unsqueeze", [x, g.ints(axes)]));
    expect(outputs[0]!.shape).toEqual(to);
  });

  it.each([[[0]], [[1, -1]], [[0, 1, 2]]])("folds as ONNX Runtime computes, axes %j", (axes) =>
    checkFold([randomTensor([2, 3], 1)], (g, x) => g.call("Unsqueeze", [x, g.ints(axes)])),
  );

  it("has the gradient that finite differences give", () =>
    checkGradient([randomTensor([2, 3], 1)], (g, x) => g.call("Unsqueeze", [x, g.ints([1, 3])])));

  it("takes its axes from the attribute that they were before opset 13", () => {
    const g = new GraphBuilder("test");
    g.input("x", "float32", ["N", 8]);
    const attributes = { axes: { ints: [2, 3] } };
    const node = { name: "y", op: "Unsqueeze", domain: "", inputs: ["x"], outputs: ["y"], attributes };
    expect(g.append(opOf("Unsqueeze", "").upgrade!(g, node, 11))[0]!.shape).toEqual(["N", 8, 1, 1]);
  });

  it("refuses one axis twice", () => {
    expect(() => buildGraph([floats(2)], (g, x) => g.call("Unsqueeze", [x, g.ints([0, -3])], {}, "node"))).toThrow(
      "Unsqueeze (node): got axes [0, 0]; expected each axis at most once",
    );
  });
});
