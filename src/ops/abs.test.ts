import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { int64 } from "../graph/tensor.js";
import { floats } from "../testing/build-graph.js";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("Abs", () => {
  it("has its values and slopes: 0 at 0, and 1 or −1 however small or large x is", () =>
    checkCurve((g, x) => g.call("Abs", [x]), {
      value: Math.abs,
      slope: Math.sign,
      points: [...everywhere, 0, -1e-37, 1e-37, -3e38, 3e38],
      tolerance: 0,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) => checkGradient([awayFromZero(shape, 1)], (g, x) => g.call("Abs", [x]))));

  it("is known of extents", async () => {
    await checkFold([int64([3], [-2, 0, 5])], (g, x) => g.call("Abs", [x]));
    const build = (g: GraphBuilder, x: Value) => g.call("Abs", [g.call("Sub", [g.ints([0]), g.call("Shape", [x])])]);
    expect(() => knownElements([floats("N")], build, { N: 3 })).toThrow("not known");
    expect(knownElements([floats("N", 3)], (g, x) => g.call("Abs", [g.call("Shape", [x])]), { N: 3 })).toEqual([
      "N",
      3,
    ]);
  });
});
