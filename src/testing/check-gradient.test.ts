import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { ops } from "../ops/index.js";
import { checkGradient } from "./check-gradient.js";

const x = float32([3], [0.5, -1, 2]);

describe("checkGradient", () => {
  it("accepts y = x², whose difference quotient is exact", () =>
    checkGradient([x], (g, a) => g.call("Mul", [a, a]), { tolerance: 1e-4 }));

  it("refuses a wrong rule and prints both numbers and the seed", async () => {
    const rule = ops.Neg.gradient;
    Object.assign(ops.Neg, { gradient: (_: unknown, dy: unknown) => [() => dy] });
    try {
      await expect(checkGradient([x], (g, a) => g.call("Neg", [a]), { seed: 7 })).rejects.toThrow(
        /^gradient of input 0 \[3\]: got (-?[\d.]+); finite differences give (-?[\d.]+) ± [\d.e-]+ \(seed 7\)$/,
      );
    } finally {
      Object.assign(ops.Neg, { gradient: rule });
    }
  });

  it("refuses an input that the result does not depend on", async () => {
    await expect(checkGradient([x, x], (g, a) => g.call("Neg", [a]))).rejects.toThrow(
      "input 1 has no gradient; expected one",
    );
  });

  it("leaves integers alone", () =>
    checkGradient([x, int64([3], [1, 2, 3])], (g, a, n) => g.call("Mul", [a, g.call("Cast", [n], { to: 1 })])));
});
