import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Softplus", () => {
  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Softplus", [x]), {
      value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
      slope: (x) => 1 / (1 + Math.exp(-x)),
      points: everywhere,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -3, high: 3 })], (g, x) => g.call("Softplus", [x])),
    ));
});
