import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe.each([{}, { alpha: 1 }, { alpha: 2, gamma: 0.5 }, { gamma: 3 }])("Selu with %j", (attributes) => {
  const { alpha = 1.6732632, gamma = 1.050701 } = attributes;

  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Selu", [x], attributes), {
      value: (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)),
      slope: (x) => gamma * (x > 0 ? 1 : alpha * Math.exp(x)),
      points: everywhere,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(
      shapes(0),
      (shape) => checkGradient([awayFromZero(shape, 1, { high: 2 })], (g, x) => g.call("Selu", [x], attributes)),
      8,
    ));
});
