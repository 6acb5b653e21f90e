import { describe, expect, it } from "vitest";
import { float32, int64, zeros } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const once = int64([2, 1], [2, 0]);
const twice = int64([2, 1], [1, -2]);

describe("ScatterND", () => {
  it("puts rows where their places say, or adds them up there", async () => {
    const updates = float32([2, 2], [1, 2, 3, 4]);
    const [put, sum] = await compute([zeros("float32", [3, 2]), updates], (g, x, u) => [
      g.call("ScatterND", [x, g.constant(once), u]),
      g.call("ScatterND", [x, g.constant(twice), u], { reduction: "add" }),
    ]);
    expect(put).toEqual(float32([3, 2], [3, 4, 0, 0, 1, 2]));
    expect(sum).toEqual(float32([3, 2], [0, 0, 4, 6, 0, 0]));
  });

  it("has the gradient that finite differences give, for what is put in and what is left", () =>
    checkGradient([randomTensor([3, 2], 1), once, randomTensor([2, 2], 2)], (g, x, at, u) =>
      g.call("ScatterND", [x, at, u]),
    ));

  it("has it for sums, where a place comes twice too", () =>
    checkGradient([randomTensor([3, 2], 1), twice, randomTensor([2, 2], 2)], (g, x, at, u) =>
      g.call("ScatterND", [x, at, u], { reduction: "add" }),
    ));

  it("says which shapes do not fit", () => {
    const types = [floats(3, 2), { dtype: "int64", shape: [2, 1] } as const, floats(2, 3)];
    expect(() => buildGraph(types, (g, x, at, u) => g.call("ScatterND", [x, at, u], {}, "node"))).toThrow(
      "ScatterND (node): got data [3, 2], indices [2, 1], updates [2, 3]; expected updates [2, 2]",
    );
  });
});
