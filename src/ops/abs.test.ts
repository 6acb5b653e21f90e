import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
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
});
