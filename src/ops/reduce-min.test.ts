import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll } from "../testing/for-all.js";
import { distinctTensors } from "../testing/random-tensor.js";

describe("ReduceMin", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceMin", distinctTensors([given.shape], 1)[0]!, given, (all) => Math.min(...all)),
    ));

  it("shares the gradient evenly among elements that tie, as torch.amin does", async () => {
    const x = float32([2, 4], [1, 7, 1, 8, 5, 5, 5, 5]);
    const { gradients } = await computeGradients([x], float32([2], [6, 8]), (g, a) =>
      g.call("ReduceMin", [a, g.ints([1])], { keepdims: 0 }),
    );
    expect(toNumbers(gradients[0]!)).toEqual([3, 0, 3, 0, 2, 2, 2, 2]);
  });

  it("sees the smallest differences", async () => {
    const { gradients } = await computeGradients([float32([3], [0, 1e-37, 2e-37])], float32([1], [1]), (g, a) =>
      g.call("ReduceMin", [a]),
    );
    expect(toNumbers(gradients[0]!)).toEqual([1, 0, 0]);
  });

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceMin", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceMin", [-1], 18)).toThrow(
      "ReduceMin (node): ReduceMin: got attribute axes; expected one of keepdims",
    );
  });
});
