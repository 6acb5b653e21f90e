import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { erf } from "../testing/normal-distribution.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Erf", () => {
  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Erf", [x]), {
      value: erf,
      slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
      points: everywhere,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -2, high: 2 })], (g, x) => g.call("Erf", [x])),
    ));
});
