import { describe, expect, it } from "vitest";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ReduceLogSum", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceLogSum", randomTensor(given.shape, 1, { low: 0.5, high: 2 }), given, (all) =>
        Math.log(all.reduce((sum, x) => sum + x, 0)),
      ),
    ));

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceLogSum", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceLogSum", [-1], 18)).toThrow(
      "ReduceLogSum (node): ReduceLogSum: got attribute axes; expected one of keepdims",
    );
  });
});
