import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastPairs, forAll } from "../../testing/for-all.js";
import type { Dim } from "../graph.js";
import { broadcastShapes, concrete, extent, formatShape, normalizeAxis, productOfDims, sameShape } from "./shape.js";

describe("broadcastShapes", () => {
  it.each<[Dim[], Dim[], Dim[]]>([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [2, 3], [2, 3]],
    [
      ["N", 16, 8, 8],
      [16, 1, 1],
      ["N", 16, 8, 8],
    ],
    [
      ["N", 1],
      ["N", 3],
      ["N", 3],
    ],
    [
      [1, 3],
      ["N", 3],
      ["N", 3],
    ],
    [
      [0, 1],
      [1, 3],
      [0, 3],
    ],
  ])("%j and %j give %j", (a, b, shape) => {
    expect(broadcastShapes(a, b)).toEqual(shape);
    expect(broadcastShapes(b, a)).toEqual(shape);
  });

  it("keeps a shape that broadcasts with itself", () =>
    forAll(broadcastPairs(), async ([a, b]) => {
      const both = broadcastShapes(a, b);
      expect(broadcastShapes(both, a)).toEqual(both);
      expect(both.length).toBe(Math.max(a.length, b.length));
    }));

  it.each<[Dim[], Dim[]]>([
    [[2, 3], [2]],
    [
      ["N", 3],
      [4, 3],
    ],
    [
      ["N", 3],
      ["M", 3],
    ],
  ])("refuses %j and %j", (a, b) => {
    expect(() => broadcastShapes(a, b)).toThrow(
      `got ${formatShape(a)} and ${formatShape(b)}; expected shapes that broadcast (equal extents, or 1), aligned at the last axis`,
    );
  });
});

describe("productOfDims", () => {
  it.each<[Dim[], Dim]>([
    [[], 1],
    [[2, 3], 6],
    [["N"], "N"],
    [["N", 1, 1], "N"],
    [["N", 3, 4], "N*12"],
    [["N", "M"], "M*N"],
  ])("of %j is %j", (dims, product) => {
    expect(productOfDims(dims)).toBe(product);
  });
});

describe("extents and axes", () => {
  const value = { dtype: "float32", shape: ["N", 3] } as const;

  it("are numbers, or an error that says what to do", () => {
    expect(concrete({ dtype: "float32", shape: [2, 3] })).toEqual([2, 3]);
    expect(() => concrete(value)).toThrow(
      'got shape [N, 3]; expected every extent to be a number; bind "N" first (bindDims)',
    );
    expect(extent(value, 1)).toBe(3);
    expect(extent(value, -1)).toBe(3);
    expect(() => extent(value, 0)).toThrow(
      "got shape [N, 3]; expected a number at axis 0; give the size of images, such as 3x224x224",
    );
  });

  it("count from either end", () =>
    forAll(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -7, max: 7 })),
      async ([rank, axis]) => {
        if (axis >= -rank && axis < rank) expect(normalizeAxis(axis, rank)).toBe((axis + rank) % rank);
        else
          expect(() => normalizeAxis(axis, rank)).toThrow(
            `got axis ${axis}; expected an axis in [${-rank}, ${rank - 1}]`,
          );
      },
      50,
    ));

  it("are the same where numbers and names are", () => {
    expect(sameShape(["N", 3], ["N", 3])).toBe(true);
    expect(sameShape(["N", 3], ["M", 3])).toBe(false);
    expect(sameShape([3], [3, 1])).toBe(false);
  });
});
