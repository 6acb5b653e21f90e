import { describe, expect, it } from "vitest";
import { fixed, formatCount, formatDigits, formatMacs, plural, signed, signedPercent } from "./format.js";

describe("numbers as people read them", () => {
  it.each([
    [formatCount(272_474), "272,474"],
    [formatMacs(40_813_184), "40.8 M"],
    [formatMacs(3_860_490_000), "3.86 G"],
    [formatMacs(999_600_000), "1.00 G"],
    [formatMacs(8192), "8.19 k"],
    [formatDigits(0.0123), "0.0123"],
    [formatDigits(0.88), "0.880"],
    [formatDigits(1.324), "1.32"],
    [formatDigits(99.96), "100"],
    [formatDigits(-1234.5), "−1,234"],
    [formatDigits(Number.NaN), "—"],
    [fixed(-0.001), "0.00"],
    [fixed(-1.5, 1), "−1.5"],
    [signed(1.2), "+1.20"],
    [signed(-0.3), "−0.30"],
    [signed(0.001), "0.00"],
    [signedPercent(0.871), "+0.87 %"],
    [signedPercent(9.41), "+9.4 %"],
    [signedPercent(-41.7), "−42 %"],
    [signedPercent(6550), "+6,550 %"],
    [plural(1, "seed"), "1 seed"],
    [plural(26, "class"), "26 classes"],
  ])("%s is %s", (text, expected) => expect(text).toBe(expected));
});
