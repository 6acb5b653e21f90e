import { describe, it } from "vitest";
import { checkCurve } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Log", () => {
  it("has its values and slopes", () =>
    checkCurve((g, x) => g.call("Log", [x]), {
      value: Math.log,
      slope: (x) => 1 / x,
      points: [1e-30, 0.001, 0.5, 1, 3, 1e30],
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: 0.5, high: 2 })], (g, x) => g.call("Log", [x])),
    ));
});
