import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forAll } from "../../testing/for-all.js";
import type { Dim } from "../graph.js";
import {
  addDims,
  bindDim,
  divideDims,
  isWhole,
  maxOfDims,
  minOfDims,
  multiplyDims,
  quotientOfDims,
  rangeOf,
  remainderOfDims,
  subtractDims,
  truncateDim,
} from "./dim.js";

/** A way to compute an extent, from names and small numbers, that can be taken on dims and on numbers alike. */
type Expression = string | number | { op: keyof typeof operations; a: Expression; b: Expression };

const operations = {
  add: addDims,
  subtract: subtractDims,
  multiply: multiplyDims,
  quotient: quotientOfDims,
  remainder: remainderOfDims,
  min: minOfDims,
  max: maxOfDims,
};

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("N", "M", "batch_size", "floor(h/32 - 1/32) + 1"),
    fc.integer({ min: 1, max: 9 }),
    fc.record({
      op: fc.constantFrom(...(Object.keys(operations) as (keyof typeof operations)[])),
      a: tie("expression"),
      b: tie("expression"),
    }),
  ),
}));

const sizes = fc.record({
  N: fc.integer({ min: 1, max: 40 }),
  M: fc.integer({ min: 1, max: 40 }),
  batch_size: fc.integer({ min: 1, max: 9 }),
  "floor(h/32 - 1/32)": fc.integer({ min: 1, max: 9 }),
});

function evaluate(expression: Expression, sizes: Record<string, number>): Dim {
  if (typeof expression === "number") return expression;
  if (typeof expression === "string") return Object.keys(sizes).length === 0 ? expression : bindDim(expression, sizes);
  const [a, b] = [evaluate(expression.a, sizes), evaluate(expression.b, sizes)];
  if (b === 0 && ["quotient", "remainder"].includes(expression.op)) return Number.NaN;
  return operations[expression.op](a, b);
}

/** True where no divisor is, or might be, 0. */
function divides(expression: Expression, sizes: Record<string, number>): boolean {
  if (typeof expression !== "object") return true;
  const divisor = ["quotient", "remainder"].includes(expression.op) ? evaluate(expression.b, sizes) : 1;
  return divisor !== 0 && divides(expression.a, sizes) && divides(expression.b, sizes);
}

describe("arithmetic on extents", () => {
  it("gives names whose values are those of the numbers, whenever the names get their sizes", () =>
    forAll(
      fc.tuple(expression, sizes),
      async ([given, bound]) => {
        fc.pre(divides(given, {}) && divides(given, bound));
        expect(bindDim(evaluate(given, {}), bound)).toBe(evaluate(given, bound));
      },
      500,
    ));

  it("knows a range that every value lies in", () =>
    forAll(
      fc.tuple(expression, sizes),
      async ([given, bound]) => {
        fc.pre(divides(given, {}) && divides(given, bound));
        const { low, high } = rangeOf(evaluate(given, {}));
        const value = evaluate(given, bound);
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
      },
      500,
    ));

  it("gives equal sums of products one name", () =>
    forAll(
      fc.tuple(expression, expression, expression),
      async (given) => {
        fc.pre(given.every((part) => divides(part, {})));
        const [a, b, c] = given.map((part) => evaluate(part, {})) as [Dim, Dim, Dim];
        expect(addDims(addDims(a, b), c)).toBe(addDims(a, addDims(c, b)));
        expect(multiplyDims(multiplyDims(a, b), c)).toBe(multiplyDims(a, multiplyDims(c, b)));
        expect(multiplyDims(a, addDims(b, c))).toBe(addDims(multiplyDims(a, b), multiplyDims(c, a)));
        expect(subtractDims(addDims(a, b), b)).toBe(addDims(a, 0));
        if (addDims(b, 0) !== 0) expect(divideDims(multiplyDims(a, b), b)).toBe(addDims(a, 0));
      },
      300,
    ));

  it.each<[Dim, Dim]>([
    [multiplyDims("N", 49), "N*49"],
    [multiplyDims("N", "M"), "M*N"],
    [subtractDims(multiplyDims(2, "N"), 1), "N*2 - 1"],
    [subtractDims(3, "N"), "3 - N"],
    [subtractDims(0, "N"), "0 - N"],
    [addDims(subtractDims("N", 1), 1), "N"],
    [subtractDims("N", "N"), 0],
    [maxOfDims(subtractDims("N", 1), 0), "N - 1"],
    [maxOfDims(subtractDims("N", 5), 0), "max(0, N - 5)"],
    [minOfDims("N", addDims("N", 2)), "N"],
    [quotientOfDims(multiplyDims("N", 6), 3), "N*2"],
    [quotientOfDims("N", 2), "trunc(N, 2)"],
    [remainderOfDims(multiplyDims("N", 6), 3), 0],
    [truncateDim(addDims("N/2", "M/3")), "trunc(M*2 + N*3, 6)"],
  ])("writes %s as %s", (dim, text) => expect(dim).toBe(text));

  it.each<[Dim, Dim, Dim | undefined]>([
    [12, 4, 3],
    [12, 5, undefined],
    ["N*12", "N", 12],
    ["N*12", 24, "N/2"],
    ["N/2", "N", undefined],
    ["N*2 + 2", "N + 1", 2],
    ["M*N + M", "N + 1", "M"],
    ["N + 1", "N", undefined],
    ["N", "M", undefined],
    [0, "N", 0],
    ["N", 0, undefined],
    [0, 0, undefined],
  ])("divides %s by %s: %s", (a, b, quotient) => expect(divideDims(a, b)).toBe(quotient));

  it("knows what is whole", () => {
    expect([2, "N*3", "trunc(N, 2)", "N/2", "N + M/2"].map(isWhole)).toEqual([true, true, true, false, false]);
  });

  it("takes names as a file has them", () => {
    const name = "floor(height/32 - 1/32) + 1";
    expect(bindDim(name, { [name]: 7 })).toBe(7);
    expect(bindDim(name, { "floor(height/32 - 1/32)": 6 })).toBe(7);
    expect(bindDim("batch-size", { batch: 3, size: 4 })).toBe("batch-size");
    expect(bindDim(multiplyDims("batch-size", 3), { "batch-size": 4 })).toBe(12);
    expect(bindDim("a/b", { a: 4, b: 2 })).toBe("a/b");
    expect(bindDim("N*4", { M: 2 })).toBe("N*4");
  });

  it("refuses names that grow without end, before they are long", () => {
    const squared = (dim: Dim, times: number) => {
      for (let i = 0; i < times; i++) dim = multiplyDims(dim, dim);
      return dim;
    };
    expect(() => squared("N", 40)).toThrow(
      "got an extent that is a sum of more than 64 products or has a name of more",
    );
    expect(() => squared(addDims("N", addDims("M", 1)), 40)).toThrow("give the extents of the inputs sizes");
    expect(() => {
      let dim: Dim = "N";
      for (let i = 0; i < 40; i++) dim = maxOfDims(subtractDims(dim, 5), quotientOfDims(dim, 3));
    }).toThrow("give the extents of the inputs sizes");
  });

  it("refuses sizes that a division does not leave whole", () => {
    expect(() => bindDim("N/8", { N: 12 })).toThrow(
      "got N = 12 where an extent is N/8; expected sizes that make it whole",
    );
  });
});
