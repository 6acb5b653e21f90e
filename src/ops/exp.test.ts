import { describe, it } from "vitest";
import { checkCurve } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Exp", () => {
  it("has its values and slopes", () =>
    checkCurve((g, x) => g.call("Exp", [x]), {
      value: Math.exp,
      slope: Math.exp,
      points: [-1000, -20, -1, 0, 0.5, 3, 80],
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -2, high: 2 })], (g, x) => g.call("Exp", [x])),
    ));
});
