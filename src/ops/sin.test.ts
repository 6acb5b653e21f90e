import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Sin", () => {
  it("has its values and slopes", () =>
    checkCurve((g, x) => g.call("Sin", [x]), { value: Math.sin, slope: Math.cos, points: everywhere }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -4, high: 4 })], (g, x) => g.call("Sin", [x])),
    ));
});
