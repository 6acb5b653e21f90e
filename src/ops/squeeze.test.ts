import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Dim } from "../graph/graph.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";
import { opOf } from "./index.js";

describe("Squeeze", () => {
  it.each<[Dim[], number[] | undefined, Dim[]]>([
    [
      ["N", 8, 1, 1],
      [2, 3],
      ["N", 8],
    ],
    [["N", 8, 1, 1], [-1], ["N", 8, 1]],
    [["N", 1, 8, 1], undefined, ["N", 8]],
    [[1, 1], undefined, []],
  ])("makes %j without axes %j to %j", (from, axes, to) => {
    const { outputs } = buildGraph([floats(...from)], (g, x) => g.call("Squeeze", axes ? [x, g.ints(axes)] : [x]));
    expect(outputs[0]!.shape).toEqual(to);
  });

  it.each([[undefined], [[0]], [[2, 0]], [[-1]]])("folds as ONNX Runtime computes, axes %j", (axes) =>
    checkFold([randomTensor([1, 3, 1], 1)], (g, x) => g.call("Squeeze", axes ? [x, g.ints(axes)] : [x])),
  );

  it("makes an extent of a list of one", () => {
    const batch = knownElements(
      [floats("N", 3)],
      (g, x) => g.call("Squeeze", [g.call("Shape", [x], { end: 1 }), g.ints([0])]),
      { N: 2 },
    );
    expect(batch).toEqual(["N"]);
  });

  it("has the gradient that finite differences give", () =>
    checkGradient([randomTensor([2, 1, 3, 1], 1)], (g, x) => g.call("Squeeze", [x, g.ints([1])])));

  it("takes its axes from the attribute that they were before opset 13", () => {
    const g = new GraphBuilder("test");
    g.input("x", "float32", ["N", 8, 1, 1]);
    const attributes = { axes: { ints: [2, 3] } };
    const node = { name: "y", op: "Squeeze", domain: "", inputs: ["x"], outputs: ["y"], attributes };
    expect(g.append(opOf("Squeeze", "").upgrade!(g, node, 11))[0]!.shape).toEqual(["N", 8]);
  });

  it("refuses an axis that holds something", () => {
    expect(() => buildGraph([floats(2, 1)], (g, x) => g.call("Squeeze", [x, g.ints([0])], {}, "node"))).toThrow(
      "Squeeze (node): got axis 0 of [2, 1]; expected axes of extent 1",
    );
  });
});
