import { describe, expect, it } from "vitest";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkCurve, everywhere } from "../testing/check-curve.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { normal } from "../testing/normal-distribution.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Gelu", () => {
  it("has its values and slopes, however large x is", () =>
    checkCurve((g, x) => g.call("Gelu", [x]), {
      value: (x) => x * normal.below(x),
      slope: (x) => normal.below(x) + x * normal.density(x),
      points: everywhere,
    }));

  it("has those of its approximation by tanh", () => {
    const scale = Math.sqrt(2 / Math.PI);
    const bend = (x: number) => Math.tanh(scale * (x + 0.044715 * x ** 3));
    return checkCurve((g, x) => g.call("Gelu", [x], { approximate: "tanh" }), {
      value: (x) => (x * (1 + bend(x))) / 2,
      slope: (x) => (1 + bend(x)) / 2 + (x * (1 - bend(x) ** 2) * scale * (1 + 3 * 0.044715 * x * x)) / 2,
      points: everywhere,
      tolerance: 4e-6, // 1 − tanh² has lost digits where it is small, as PyTorch's has
    });
  });

  it.each(["none", "tanh"])("has the gradient that finite differences give, approximate %s", (approximate) =>
    forAll(shapes(0), (shape) =>
      checkGradient([randomTensor(shape, 1, { low: -3, high: 3 })], (g, x) => g.call("Gelu", [x], { approximate })),
    ),
  );

  it("says which approximation it does not know", () => {
    const call = () => buildGraph([floats(2)], (g, x) => g.call("Gelu", [x], { approximate: "sigmoid" }, "node"));
    expect(call).toThrow('Gelu (node): got approximate "sigmoid"; expected "none" or "tanh"');
  });
});
