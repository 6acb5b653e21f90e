import { describe, it } from "vitest";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** tanh(ln(1 + eˣ)) */
const gate = (x: number) => Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));

describe("Mish", () => {
  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Mish", [x]), {
      value: (x) => x * gate(x),
      slope: (x) => gate(x) + (x * (1 - gate(x) ** 2)) / (1 + Math.exp(-x)),
      points: everywhere,
      tolerance: 2e-6,
    }));

  it("has the gradient that finite differences give", () =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -3, high: 3 })], (g, x) => g.call("Mish", [x])),
    ));
});
