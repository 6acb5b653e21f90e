import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("ReduceL2", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceL2", awayFromZero(given.shape, 1), given, (all) => Math.hypot(...all)),
    ));

  it("has slope 0 where all x are 0", async () => {
    const x = float32([2, 2], [0, 0, 3, -4]);
    const { gradients } = await computeGradients([x], float32([2, 1], [1e30, 5]), (g, a) =>
      g.call("ReduceL2", [a, g.ints([1])]),
    );
    expect(toNumbers(gradients[0]!)).toEqual([0, 0, 3, -4]);
  });

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceL2", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceL2", [-1], 18)).toThrow(
      "ReduceL2 (node): ReduceL2: got attribute axes; expected one of keepdims",
    );
  });
});
