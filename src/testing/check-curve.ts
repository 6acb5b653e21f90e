import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { computeGradients } from "./compute-gradients.js";

/** A function of one number and its slope, in double precision. */
export interface Curve {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  /** Where to look: kinks, huge numbers. */
  readonly points: readonly number[];
  /** Allowed difference, relative to the expected number or to 1, whichever is larger. */
  readonly tolerance?: number;
}

/**
 * Holds the values and slopes of an element-wise operator against its definition at given points.
 * @throws Error that names every point where they differ.
 */
export async function checkCurve(build: (g: GraphBuilder, x: Value) => Value, curve: Curve): Promise<void> {
  const { value, slope, tolerance = 1e-6 } = curve;
  const points = Array.from(curve.points, Math.fround);
  const x = float32([points.length], points);
  const ones = float32([points.length], Array<number>(points.length).fill(1));
  const { y, gradients } = await computeGradients([x], ones, build);
  const wrong = (what: string, actual: Tensor, expected: (at: number) => number) =>
    points.flatMap((at, i) => {
      const [got, wanted] = [Number(actual.data[i]), expected(at)];
      const near = got === wanted || Math.abs(got - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
      return near ? [] : [`${what} at ${at}: got ${got}; expected ${wanted}`];
    });
  const all = [...wrong("value", y, value), ...wrong("slope", gradients[0]!, slope)];
  if (all.length > 0) throw new Error(all.join("\n"));
}

/** Points over the range where most functions bend, then 0 and numbers so large that exponentials of them overflow. */
export const everywhere: readonly number[] = [
  ...Array.from({ length: 49 }, (_, i) => (i - 24) / 4),
  ...[-1000, -100, -30, -0.001, 0.001, 30, 100, 1000],
];
