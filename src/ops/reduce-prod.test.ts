import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("ReduceProd", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceProd", awayFromZero(given.shape, 1, { low: 0.5, high: 1.5 }), given, (all) =>
        all.reduce((product, x) => product * x, 1),
      ),
    ));

  it("has the gradient of the definition where one factor is 0, and where several are", async () => {
    const x = float32([3, 3], [2, 0, -3, 0, 5, 0, 2, 3, 4]);
    const { gradients } = await computeGradients([x], float32([3, 1], [10, 20, 30]), (g, a) =>
      g.call("ReduceProd", [a, g.ints([1])]),
    );
    expect(toNumbers(gradients[0]!).map((value) => value + 0)).toEqual([0, -60, 0, 0, 0, 0, 360, 240, 180]);
  });

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceProd", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceProd", [-1], 18)).toThrow(
      "ReduceProd (node): ReduceProd: got attribute axes; expected one of keepdims",
    );
  });
});
