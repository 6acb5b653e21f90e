import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("ReduceL1", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceL1", awayFromZero(given.shape, 1), given, (all) =>
        all.reduce((sum, x) => sum + Math.abs(x), 0),
      ),
    ));

  it("has slope 0 at 0", async () => {
    const { gradients } = await computeGradients([float32([3], [-2, 0, 1e-30])], float32([1], [5]), (g, x) =>
      g.call("ReduceL1", [x]),
    );
    expect(toNumbers(gradients[0]!)).toEqual([-5, 0, 5]);
  });

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceL1", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceL1", [-1], 18)).toThrow(
      "ReduceL1 (node): ReduceL1: got attribute axes; expected one of keepdims",
    );
  });
});
