import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe.each([{}, { alpha: 0 }, { alpha: -0.125 }, { alpha: 0.125 }])("ThresholdedRelu with %j", (attributes) => {
  const { alpha = 1 } = attributes;

  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("ThresholdedRelu", [x], attributes), {
      value: (x) => (x > alpha ? x : 0),
      slope: (x) => (x > alpha ? 1 : 0),
      points: everywhere,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(
      shapes(0),
      (shape) =>
        checkGradient([awayFromZero(shape, 1, { low: 0.2, high: 0.9 })], (g, x) =>
          g.call("ThresholdedRelu", [x], attributes),
        ),
      8,
    ));
});
