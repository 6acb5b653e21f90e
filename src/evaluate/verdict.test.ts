import { describe, expect, it } from "vitest";
import type { PairedDifference } from "./paired-difference.js";
import { judge } from "./verdict.js";

const measured: PairedDifference = {
  mean: 0.012,
  interval: [0.004, 0.02],
  standardError: 0.003,
  df: 4,
  seeds: 3,
  images: 10_000,
  sources: ["seeds", "images"],
  perSeed: [0.01, 0.012, 0.014],
  variance: { seed: 1e-5, image: 0.01, rest: 0.1 },
};

describe("judge", () => {
  it("says better when the whole interval is above 0", () =>
    expect(judge(measured, "SE")).toEqual({
      verdict: "better",
      sentence:
        "SE helped: error fell by 1.20 points (95 % interval 0.40 to 2.00) over 3 seeds and 10,000 test images.",
    }));

  it("says worse when the whole interval is below 0", () =>
    expect(judge({ ...measured, mean: -0.012, interval: [-0.02, -0.004] }, "ECA")).toEqual({
      verdict: "worse",
      sentence: "ECA hurt: error rose by 1.20 points (95 % interval 0.40 to 2.00) over 3 seeds and 10,000 test images.",
    }));

  // Var = (1e-5 + 0.1 / 10,000) / 6 + 0.01 / 10,000 for 6 seeds; t(5) = 2.5706.
  it("cannot tell when the interval holds 0, and says how many seeds would narrow it", () =>
    expect(judge({ ...measured, mean: 0.003, interval: [-0.005, 0.011] }, "SE")).toEqual({
      verdict: "cannot tell",
      sentence:
        "Cannot tell: the difference of 0.30 points in favour of SE is smaller than the noise " +
        "(95 % interval of the gain −0.50 to 1.10) over 3 seeds and 10,000 test images. " +
        "More seeds would help: 6 seeds would give an interval of about ±0.54 points.",
    }));

  it("asks for a larger test set when the images are the noise", () => {
    const variance = { seed: 0, image: 0.2, rest: 0.1 };
    const { sentence } = judge({ ...measured, mean: -0.001, interval: [-0.011, 0.009], variance }, "SE");
    expect(sentence).toContain("0.10 points against SE is smaller");
    expect(sentence).toContain("a larger test set would help");
  });

  it("says what one seed cannot show, whatever the verdict", () => {
    const { verdict, sentence } = judge({ ...measured, seeds: 1, sources: ["images"], perSeed: [0.012] }, "SE");
    expect(verdict).toBe("better");
    expect(sentence).toBe(
      "SE helped in this one run: error fell by 1.20 points (95 % interval 0.40 to 2.00) " +
        "over 1 seed and 10,000 test images. " +
        "One seed cannot show the luck of training, only that of the test images: run at least 3 seeds.",
    );
  });

  it("names both models when they differ in more than one thing", () =>
    expect(judge(measured, "seresnet56", "resnet20").sentence).toContain(
      "seresnet56 did better than resnet20: error is lower by 1.20 points (95 % interval 0.40 to 2.00)",
    ));

  it("does not call equal answers a gain", () =>
    expect(judge({ ...measured, mean: 0, interval: [0, 0], standardError: 0 }, "SE").sentence).toBe(
      "Cannot tell: both models were right and wrong on exactly the same images over 3 seeds and 10,000 test images.",
    ));
});
