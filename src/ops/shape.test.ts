import { describe, expect, it } from "vitest";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Shape", () => {
  it.each([
    [{}, ["N", 3, 8, 4]],
    [{ start: 1 }, [3, 8, 4]],
    [{ start: -2 }, [8, 4]],
    [{ end: -1 }, ["N", 3, 8]],
    [{ start: 1, end: 3 }, [3, 8]],
    [{ start: -9, end: 9 }, ["N", 3, 8, 4]],
    [{ start: 3, end: 1 }, []],
  ])("with %j keeps names", (attributes, expected) => {
    expect(knownElements([floats("N", 3, 8, 4)], (g, x) => g.call("Shape", [x], attributes), { N: 5 })).toEqual(
      expected,
    );
  });

  it.each([{}, { start: 1 }, { start: -2, end: -1 }, { start: 2, end: 1 }])("with %j is ONNX Runtime's", (attributes) =>
    checkFold([randomTensor([2, 3, 4], 1)], (g, x) => g.call("Shape", [x], attributes)),
  );

  it("leaves no node behind", () => {
    const { nodes, constants } = buildGraph([floats(2, 3)], (g, x) => g.call("Shape", [x]));
    expect([nodes.length, constants.size]).toEqual([0, 1]);
  });

  it("stops no gradient that goes another way", () =>
    checkGradient([randomTensor([2, 3], 1)], (g, x) => g.call("Reshape", [x, g.call("Shape", [x])])));
});
