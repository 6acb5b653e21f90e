import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe.each([{}, { alpha: 0.25 }, { alpha: 3 }])("Celu with %j", (attributes) => {
  const { alpha = 1 } = attributes;

  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Celu", [x], attributes), {
      value: (x) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha)),
      slope: (x) => (x > 0 ? 1 : Math.exp(x / alpha)),
      points: everywhere,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(
      shapes(0),
      (shape) => checkGradient([awayFromZero(shape, 1, { high: 2 })], (g, x) => g.call("Celu", [x], attributes)),
      8,
    ));
});
