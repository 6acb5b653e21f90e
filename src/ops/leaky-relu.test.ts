import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe.each([{}, { alpha: 0.25 }, { alpha: 1 }, { alpha: 0 }, { alpha: 2 }, { alpha: -0.5 }])(
  "LeakyRelu with %j",
  (attributes) => {
    const { alpha = 0.01 } = attributes;

    it("has its values and slopes, however large x is", () =>
      checkCurve((g, x) => g.call("LeakyRelu", [x], attributes), {
        value: (x) => (x > 0 ? x : alpha * x),
        slope: (x) => (x > 0 ? 1 : alpha),
        points: [...everywhere, -1e-37, 1e-37, -1e37, 1e37],
      }));

    it("has the gradient that finite differences give", () =>
      forAll(
        shapes(0),
        (shape) => checkGradient([awayFromZero(shape, 1)], (g, x) => g.call("LeakyRelu", [x], attributes)),
        8,
      ));
  },
);
