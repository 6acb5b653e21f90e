import { describe, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("HardSwish", () => {
  it("has its values and slopes, those of the inside exactly at ±3, however large x is", () =>
    checkCurve((g, x) => g.call("HardSwish", [x]), {
      value: (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1),
      slope: (x) => (x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1),
      points: [...everywhere, -3, 3, 3 + 3e-7, -3 - 3e-7, 3 - 3e-7, -3 + 3e-7],
    }));

  it("has the gradient that finite differences give between the kinks", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -2.9, high: 2.9 })], (g, x) => g.call("HardSwish", [x])),
    ));

  it("has it on both sides of both kinks", () =>
    checkGradient([float32([6], [-9, -3.1, -2.9, 2.9, 3.1, 9])], (g, x) => g.call("HardSwish", [x])));
});
