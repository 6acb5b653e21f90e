import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const indices = int64([2, 4], [2, 2, -1, 0, 1, -3, 0, 0]); // one element three times

describe("GatherElements", () => {
  it("takes from each row what its indices say", async () => {
    const x = float32([2, 3], [1, 2, 3, 4, 5, 6]);
    const [y] = await compute([x, indices], (g, a, at) => g.call("GatherElements", [a, at], { axis: 1 }));
    expect(y).toEqual(float32([2, 4], [3, 3, 3, 1, 5, 4, 4, 4]));
  });

  it.each([1, -1])("folds as ONNX Runtime computes along axis %i", (axis) =>
    checkFold([randomTensor([2, 3], 1), indices], (g, x, at) => g.call("GatherElements", [x, at], { axis })),
  );

  it("has the gradient that finite differences give, where an element is taken more than once too", () =>
    checkGradient([randomTensor([2, 3], 1), indices], (g, x, at) => g.call("GatherElements", [x, at], { axis: 1 })));

  it("says which ranks differ", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, x, at) => g.call("GatherElements", [x, at], {}, "node"))).toThrow(
      "GatherElements (node): got data [2, 3], indices [2]; expected as many axes in both",
    );
  });
});
