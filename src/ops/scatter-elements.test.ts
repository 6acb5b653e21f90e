import { describe, expect, it } from "vitest";
import { float32, int64, zeros } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

const once = int64([2, 2], [2, 0, -1, -3]);
const twice = int64([2, 3], [2, 2, -1, 0, 1, 0]);

describe("ScatterElements", () => {
  it("puts elements where their indices say, or adds them up there", async () => {
    const updates = float32([2, 3], [1, 2, 3, 4, 5, 6]);
    const [y] = await compute([zeros("float32", [2, 3]), twice, updates], (g, x, at, u) =>
      g.call("ScatterElements", [x, at, u], { axis: 1, reduction: "add" }),
    );
    expect(y).toEqual(float32([2, 3], [0, 0, 6, 10, 5, 0]));
  });

  it("has the gradient that finite differences give, for what is put in and what is left", () =>
    checkGradient([randomTensor([2, 3], 1), once, randomTensor([2, 2], 2)], (g, x, at, u) =>
      g.call("ScatterElements", [x, at, u], { axis: -1 }),
    ));

  it("has it for sums, where an index comes twice too", () =>
    checkGradient([randomTensor([2, 3], 1), twice, randomTensor([2, 3], 2)], (g, x, at, u) =>
      g.call("ScatterElements", [x, at, u], { axis: 1, reduction: "add" }),
    ));

  it("has none for a product", async () => {
    const gradient = checkGradient([randomTensor([2, 3], 1), once, randomTensor([2, 2], 2)], (g, x, at, u) =>
      g.call("ScatterElements", [x, at, u], { axis: 1, reduction: "mul" }, "node"),
    );
    await expect(gradient).rejects.toThrow("got reduction mul; expected none or add where a gradient is wanted");
  });

  it("says which shapes do not fit", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [2, 2] } as const, floats(2, 3)];
    expect(() => buildGraph(types, (g, x, at, u) => g.call("ScatterElements", [x, at, u], {}, "node"))).toThrow(
      "ScatterElements (node): got data [2, 3], indices [2, 2], updates [2, 3]; expected indices and updates of one shape",
    );
  });
});
