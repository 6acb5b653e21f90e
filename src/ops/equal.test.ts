import { describe, expect, it } from "vitest";
import { int64 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";
import { testComparison } from "./rules/comparison.test.helper.js";

describe("Equal", () => {
  testComparison("Equal", [1, 0, 0, 0]);

  it("compares a column with a row: a table of truth values", async () => {
    const [y] = await compute([int64([2, 1], [3, 5]), int64([3], [5, 3, 3])], (g, a, b) => g.call("Equal", [a, b]));
    expect(y).toMatchObject({ dtype: "bool", shape: [2, 3] });
    expect([...y!.data]).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it("has no gradient: the way back ends, with an error, at the Cast that made numbers of its result", async () => {
    const gradient = checkGradient([randomTensor([2], 1), randomTensor([2], 2)], (g, a, b) =>
      g.call("Cast", [g.call("Equal", [a, b])], { to: 1 }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "gradient of Cast (node): got bool; expected floating-point numbers where a gradient is wanted",
    );
  });
});
