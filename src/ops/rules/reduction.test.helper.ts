import fc from "fast-check";
import { expect, it } from "vitest";
import { float32, toNumbers } from "../../graph/tensor.js";
import { buildGraph, compute, floats } from "../../testing/build-graph.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { withAxesAttribute } from "../../testing/check-reduce.js";
import { forAll, shapes } from "../../testing/for-all.js";
import { randomTensor } from "../../testing/random-tensor.js";

const x = float32([2, 3], [1, 2, 3, 4, 5, 6]);

/** A shape, some of its axes (counted from the end where the flag says so) and whether they are kept. */
const cases = shapes(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray(shape.map((_, i) => i)),
    fromEnd: fc.boolean(),
    keepdims: fc.constantFrom(0, 1),
  }),
);

/**
 * What a linear Reduce operator must do.
 * @param byHand x over its rows, its columns, and all of it. @param since the opset in which its axes became an input.
 */
export function testReduction(op: "ReduceMean" | "ReduceSum", byHand: readonly number[][], since: number): void {
  it("reduces rows, columns and everything, by hand", async () => {
    const results = await compute([x], (g, a) => [
      g.call(op, [a, g.ints([1])], { keepdims: 0 }),
      g.call(op, [a, g.ints([0])], { keepdims: 1 }),
      g.call(op, [a], { keepdims: 0 }),
    ]);
    expect(results.map(toNumbers)).toEqual(byHand);
    expect(results.map(({ shape }) => shape)).toEqual([[2], [1, 3], []]);
  });

  it("has the gradient that finite differences give, over any axes", () =>
    forAll(cases, ({ shape, axes, fromEnd, keepdims }) =>
      checkGradient([randomTensor(shape, 1)], (g, a) =>
        g.call(op, [a, g.ints(axes.map((axis) => (fromEnd ? axis - shape.length : axis)))], { keepdims }),
      ),
    ));

  it("reduces nothing when there are no axes and it is told so", () =>
    checkGradient([randomTensor([2, 3], 1)], (g, a) => g.call(op, [a], { noop_with_empty_axes: 1 })));

  it("says that an axis is out of range", () => {
    expect(() => buildGraph([floats(2, 3)], (g, a) => g.call(op, [a, g.ints([2])], {}, "node"))).toThrow(
      `${op} (node): got axis 2; expected an axis in [-2, 1]`,
    );
  });

  it("wants axes that are known while the graph is built", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [1] } as const];
    expect(() => buildGraph(types, (g, a, axes) => g.call(op, [a, axes], {}, "node"))).toThrow(
      `${op} (node): got axes that are computed; expected a constant`,
    );
  });

  it(`reads the axes of files before opset ${since}, and keeps a symbolic batch`, () => {
    expect(withAxesAttribute(op, [-2, 2], since - 1).shape).toEqual(["N"]);
    expect(() => withAxesAttribute(op, [1], since)).toThrow("got attribute axes; expected one of keepdims");
  });
}
