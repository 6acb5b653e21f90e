import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { distinctTensor } from "../testing/random-tensor.js";

const window = { kernel_shape: [2, 2], strides: [2, 2] };

describe("MaxUnpool", () => {
  it("puts every pixel where it came from, into a map of the size the window tells or the given one", async () => {
    const x = float32([1, 1, 1, 2], [1, 2]);
    const results = await compute([x, int64([1, 1, 1, 2], [1, 6])], (g, a, i) => [
      g.call("MaxUnpool", [a, i], window),
      g.call("MaxUnpool", [a, i, g.ints([1, 1, 3, 5])], window),
    ]);
    expect(results).toEqual([
      float32([1, 1, 2, 4], [0, 1, 0, 0, 0, 0, 2, 0]),
      float32([1, 1, 3, 5], [0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]);
  });

  it("has the gradient that finite differences give, behind the pool it reverses", () =>
    checkGradient([distinctTensor([2, 3, 5, 6], 1)], (g, x) => {
      const [y, indices] = g.callMany("MaxPool", [x], window, 2);
      return g.call("MaxUnpool", [y, indices, g.ints([2, 3, 5, 6])], window);
    }));

  it("refuses places of another shape", () => {
    const types = [floats(1, 1, 2, 2), { dtype: "int64", shape: [1, 1, 2, 3] } as const];
    expect(() => buildGraph(types, (g, x, i) => g.call("MaxUnpool", [x, i], window, "node"))).toThrow(
      "MaxUnpool (node): got x [1, 1, 2, 2], indices [1, 1, 2, 3]; expected one shape",
    );
  });
});
