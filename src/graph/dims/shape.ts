import type { Dim, ValueType } from "../graph.js";
import { multiplyDims } from "./dim.js";

/**
 * What a shape rule found wrong: given, expected, and what to do. The builder puts the operator and node before it.
 * @example
 * ```ts
 * import { GraphBuilder, ShapeError } from "senet/graph";
 *
 * const g = new GraphBuilder("net");
 * try {
 *   g.call("Add", [g.input("a", "float32", [2]), g.input("b", "float32", [3])]);
 * } catch (error) {
 *   console.log(error instanceof ShapeError); // true
 * }
 * ```
 */
export class ShapeError extends Error {
  override name = "ShapeError";
  constructor({ given, expected, fix }: { given: string; expected: string; fix?: string }) {
    super(`got ${given}; expected ${expected}${fix === undefined ? "" : `; ${fix}`}`);
  }
}

/** `[N, 16, 32, 32]`, as shapes appear in messages. */
export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.join(", ")}]`;
}

/** True when both dims are the same number or the same name. */
export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * The shape two operands give together by NumPy's rule: aligned at the last axis, 1 stretches to anything.
 * @throws ShapeError when two extents differ and neither is 1.
 */
export function broadcastShapes(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[a.length - rank + i] ?? 1;
    const q = b[b.length - rank + i] ?? 1;
    if (p === q || q === 1) return p;
    if (p === 1) return q;
    throw new ShapeError({
      given: `${formatShape(a)} and ${formatShape(b)}`,
      expected: "shapes that broadcast (equal extents, or 1), aligned at the last axis",
    });
  });
}

/**
 * The extents as numbers.
 * @throws ShapeError when one of them is symbolic.
 */
export function concrete(value: ValueType): number[] {
  return value.shape.map((dim) => {
    if (typeof dim === "number") return dim;
    throw new ShapeError({
      given: `shape ${formatShape(value.shape)}`,
      expected: "every extent to be a number",
      fix: `bind "${dim}" first (bindDims)`,
    });
  });
}

/**
 * The extent at `axis` as a number. @throws ShapeError when it is symbolic.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { extent } from "senet/graph";
 *
 * const [x] = createModel("seresnet50").inputs;
 * console.log(x && extent(x, 2)); // 224
 * ```
 */
export function extent(value: ValueType, axis: number): number {
  const dim = value.shape.at(axis);
  if (typeof dim === "number") return dim;
  throw new ShapeError({
    given: `shape ${formatShape(value.shape)}`,
    expected: `a number at axis ${axis}`,
    fix: "give the size of images, such as 3x224x224",
  });
}

/** An axis counted from the end made to count from the start. @throws ShapeError when it is out of range. */
export function normalizeAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) {
    throw new ShapeError({ given: `axis ${axis}`, expected: `an axis in [${-rank}, ${rank - 1}]` });
  }
  return axis < 0 ? axis + rank : axis;
}

/** The product of extents: a number, or the name that all equal products have. */
export function productOfDims(dims: readonly Dim[]): Dim {
  return dims.reduce(multiplyDims, 1);
}
