import fc, { type Arbitrary } from "fast-check";
import { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { elements, type Tensor, toNumbers } from "../graph/tensor.js";
import { compute } from "./build-graph.js";
import { checkGradient } from "./check-gradient.js";
import { shapes } from "./for-all.js";
import { upgraded } from "./upgraded.js";

/** The operators that reduce over axes. */
export type ReduceName = `Reduce${"L1" | "L2" | "LogSum" | "LogSumExp" | "Max" | "Min" | "Prod" | "SumSquare"}`;

/** A shape, some of its axes (counted from the end where the flag says so) and the attributes of a Reduce operator. */
export interface ReduceCase {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly fromEnd: boolean;
  readonly keepdims: number;
  readonly noop_with_empty_axes: number;
}

/** Small reductions of every kind. */
export const reduceCases: Arbitrary<ReduceCase> = shapes(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray(shape.map((_, i) => i)),
    fromEnd: fc.boolean(),
    keepdims: fc.constantFrom(0, 1),
    noop_with_empty_axes: fc.constantFrom(0, 1),
  }),
);

/**
 * Holds the values of a Reduce operator against `of`, which gets all elements of one sum, and its gradient against
 * differences.
 */
export async function checkReduce(op: ReduceName, x: Tensor, given: ReduceCase, of: (all: number[]) => number) {
  const { shape, axes, fromEnd, keepdims, noop_with_empty_axes } = given;
  const build = (g: GraphBuilder, data: Value) =>
    g.call(op, [data, g.ints(axes.map((axis) => (fromEnd ? axis - shape.length : axis)))], {
      keepdims,
      noop_with_empty_axes,
    });
  const [y] = await compute([x], build);
  const reduced = axes.length > 0 || noop_with_empty_axes ? axes : shape.map((_, i) => i);
  const expected = cells(x, reduced).map(of);
  for (const [i, value] of toNumbers(y!).entries()) {
    if (Math.abs(value - expected[i]!) <= 2e-6 * Math.max(1, Math.abs(expected[i]!))) continue;
    throw new Error(`${op} ${JSON.stringify(given)}: got ${value} at ${i}; expected ${expected[i]}`);
  }
  await checkGradient([x], build);
}

/** The elements of x that fall together when `axes` are reduced, in the order of the results. */
function cells(x: Tensor, axes: readonly number[]): number[][] {
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const result = Array.from({ length: elements(kept) }, (): number[] => []);
  for (const [flat, value] of toNumbers(x).entries()) {
    let [rest, cell, stride] = [flat, 0, 1];
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const at = rest % x.shape[axis]!;
      rest = (rest - at) / x.shape[axis]!;
      if (!axes.includes(axis)) cell += at * stride;
      stride *= kept[axis]!;
    }
    result[cell]!.push(value);
  }
  return result;
}

/** What becomes of a Reduce operator over x [2, 3, 4] with `axes` as an attribute, in a file of that opset. */
export function withAxesAttribute(op: string, axes: readonly number[], opset: number): Value {
  const g = new GraphBuilder("old");
  const x = g.input("x", "float32", ["N", 3, 4]);
  const attributes = { axes: { ints: axes }, keepdims: { int: 0 } };
  return upgraded(g, { op, inputs: [x.name], attributes }, opset);
}
