import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { Random } from "../random.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastPairs, forAll, seeds } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** Truth values of that shape. */
function truths(shape: readonly number[], seed: number): Tensor<"bool"> {
  const random = new Random(seed, "truths");
  const count = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: "bool", shape, data: Uint8Array.from({ length: count }, () => random.below(2)) };
}

const cases = fc.tuple(broadcastPairs(), fc.nat(2), seeds);

describe("Where", () => {
  it("chooses element by element", async () => {
    const condition: Tensor = { dtype: "bool", shape: [2, 1], data: Uint8Array.of(1, 0) };
    const [y] = await compute([condition, float32([3], [1, 2, 3]), float32([], [9])], (g, c, a, b) =>
      g.call("Where", [c, a, b]),
    );
    expect(y).toEqual(float32([2, 3], [1, 2, 3, 9, 9, 9]));
  });

  it("folds as ONNX Runtime computes, whichever operands are broadcast", () =>
    forAll(cases, ([[p, q], turn, seed]) => {
      const shapes = [p, q, q].map((_, i) => [p, q, q][(i + turn) % 3]!);
      const [c, a, b] = [truths(shapes[0]!, seed), randomTensor(shapes[1]!, seed), randomTensor(shapes[2]!, seed + 1)];
      return checkFold([c, a, b], (g, ...inputs) => g.call("Where", inputs));
    }));

  it("has the gradient that finite differences give in both branches, broadcasting undone", () =>
    forAll(cases, ([[p, q], turn, seed]) => {
      const shapes = [p, q, q].map((_, i) => [p, q, q][(i + turn) % 3]!);
      const [c, a, b] = [truths(shapes[0]!, seed), randomTensor(shapes[1]!, seed), randomTensor(shapes[2]!, seed + 1)];
      return checkGradient([c, a, b], (g, ...inputs) => g.call("Where", inputs));
    }));

  it("chooses among names", () => {
    const target = knownElements(
      [floats("N", 3)],
      (g, x) => {
        const wanted = g.constant(int64([2], [-1, 4]));
        return g.call("Where", [g.call("Equal", [wanted, g.ints([-1])]), g.call("Shape", [x]), wanted]);
      },
      { N: 5 },
    );
    expect(target).toEqual(["N", 4]);
  });

  it("says which types do not fit", () => {
    expect(() =>
      buildGraph([floats(2), floats(2), floats(2)], (g, ...inputs) => g.call("Where", inputs, {}, "node")),
    ).toThrow(
      "Where (node): got float32, float32 and float32; expected bool and twice one element type; Cast one of them",
    );
  });
});
