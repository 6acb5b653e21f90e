import { expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { buildGraph, compute, floats } from "../../testing/build-graph.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { broadcastPairs, forAll, seeds } from "../../testing/for-all.js";
import { randomTensor } from "../../testing/random-tensor.js";

/** An operation on two numbers, worked out by hand for a = [[1, 2, 3], [4, 5, 6]] and a row b. */
interface Arithmetic {
  readonly op: "Add" | "Sub" | "Mul" | "Div";
  readonly b: readonly number[];
  readonly result: readonly number[];
  /** Where gradients are checked, away from poles. */
  readonly range?: { readonly low: number; readonly high: number };
}

/** What arithmetic with broadcasting must do. */
export function testArithmetic({ op, b: row, result, range }: Arithmetic): void {
  const random = (shape: readonly number[], seed: number) => randomTensor(shape, seed, range);

  it("stretches the shorter operand, as by hand", async () => {
    const [y] = await compute([float32([2, 3], [1, 2, 3, 4, 5, 6]), float32([3], row)], (g, a, b) =>
      g.call(op, [a, b]),
    );
    expect([...y!.data]).toEqual(result);
  });

  it("has the gradient that finite differences give, whichever operand is stretched", () =>
    forAll(broadcastPairs(), async ([a, b]) => {
      await checkGradient([random(a, 1), random(b, 2)], (g, p, q) => g.call(op, [p, q]));
    }));

  it.each([
    [
      [2, 3, 4, 5],
      [3, 1, 1],
    ],
    [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ],
    [
      [1, 3, 1, 1],
      [2, 3, 4, 5],
    ],
    [
      [2, 3, 4, 5],
      [1, 1, 4, 5],
    ],
    [[2, 3, 4, 5], []],
  ])("has the right gradient for %j and %j", (a, b) =>
    checkGradient([random(a, 1), random(b, 2)], (g, p, q) => g.call(op, [p, q])),
  );

  it("adds both gradients when one value is both operands", () =>
    forAll(seeds, (seed) => checkGradient([random([3, 2], seed)], (g, a) => g.call(op, [a, g.call(op, [a, a])])), 5));

  it("says which shapes do not fit", () => {
    expect(() => buildGraph([floats(2, 3), floats(4)], (g, a, b) => g.call(op, [a, b], {}, "node"))).toThrow(
      `${op} (node): got [2, 3] and [4]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis`,
    );
  });

  it("says that element types differ", () => {
    const types = [floats(2), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, a, b) => g.call(op, [a, b], {}, "node"))).toThrow(
      `${op} (node): got float32 and int64; expected one element type; Cast one of them`,
    );
  });
}
