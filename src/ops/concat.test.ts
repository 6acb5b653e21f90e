import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** Shapes that agree but at one axis, which is counted from either end. */
const cases = shapes(1, 4).chain((shape) =>
  fc
    .tuple(
      fc.integer({ min: -shape.length, max: shape.length - 1 }),
      fc.array(extents(3), { minLength: 1, maxLength: 4 }),
    )
    .map(([axis, sizes]) => ({ axis, parts: sizes.map((size) => shape.with(axis, size)) })),
);

describe("Concat", () => {
  it("joins columns", async () => {
    const [y] = await compute([float32([2, 1], [1, 2]), float32([2, 2], [3, 4, 5, 6])], (g, a, b) =>
      g.call("Concat", [a, b], { axis: 1 }),
    );
    expect(y).toEqual(float32([2, 3], [1, 3, 4, 2, 5, 6]));
  });

  it("has the gradient that finite differences give, along any axis", () =>
    forAll(cases, ({ axis, parts }) =>
      checkGradient(
        parts.map((shape, i) => randomTensor(shape, i)),
        (g, ...inputs) => g.call("Concat", inputs, { axis }),
      ),
    ));

  it("adds up named extents", () => {
    const { outputs } = buildGraph([floats("N", 2), floats(3, 2), floats("N", 2)], (g, ...inputs) =>
      g.call("Concat", inputs, { axis: 0 }),
    );
    expect(outputs[0]!.shape).toEqual(["N*2 + 3", 2]);
  });

  it("says which shapes do not fit", () => {
    expect(() =>
      buildGraph([floats(2, 3), floats(3, 2)], (g, a, b) => g.call("Concat", [a, b], { axis: 1 }, "node")),
    ).toThrow("Concat (node): got [2, 3] and [3, 2]; expected equal extents everywhere but at axis 1");
  });

  it("says that element types differ", () => {
    const types = [floats(2), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, a, b) => g.call("Concat", [a, b], { axis: 0 }, "node"))).toThrow(
      "Concat (node): got float32 and int64; expected one element type; Cast one of them",
    );
  });
});
