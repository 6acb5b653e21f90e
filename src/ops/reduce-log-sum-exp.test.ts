import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ReduceLogSumExp", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceLogSumExp", randomTensor(given.shape, 1), given, (all) =>
        Math.log(all.reduce((sum, x) => sum + Math.exp(x), 0)),
      ),
    ));

  it("overflows for no size of x", async () => {
    const x = float32([4], [1000, -1000, 1000, 900]);
    const { y, gradients } = await computeGradients([x], float32([1], [2]), (g, a) => g.call("ReduceLogSumExp", [a]));
    expect(toNumbers(y)[0]).toBeCloseTo(1000 + Math.LN2, 3);
    for (const [i, share] of [1, 0, 1, 0].entries()) expect(gradients[0]!.data[i]).toBeCloseTo(share, 4);
  });

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceLogSumExp", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceLogSumExp", [-1], 18)).toThrow(
      "ReduceLogSumExp (node): ReduceLogSumExp: got attribute axes; expected one of keepdims",
    );
  });
});
