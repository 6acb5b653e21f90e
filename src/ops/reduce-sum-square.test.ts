import { describe, expect, it } from "vitest";
import { checkReduce, reduceCases, withAxesAttribute } from "../testing/check-reduce.js";
import { forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("ReduceSumSquare", () => {
  it("has the values of its definition and the gradient that finite differences give, over any axes", () =>
    forAll(reduceCases, (given) =>
      checkReduce("ReduceSumSquare", randomTensor(given.shape, 1), given, (all) =>
        all.reduce((sum, x) => sum + x * x, 0),
      ),
    ));

  it("reads the axes of files before opset 18, and keeps a symbolic batch", () => {
    expect(withAxesAttribute("ReduceSumSquare", [-1], 17).shape).toEqual(["N", 3]);
    expect(() => withAxesAttribute("ReduceSumSquare", [-1], 18)).toThrow(
      "ReduceSumSquare (node): ReduceSumSquare: got attribute axes; expected one of keepdims",
    );
  });
});
