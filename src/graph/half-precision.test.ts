import { describe, expect, it } from "vitest";
import { halfTypes, toFloat16, widened } from "./half-precision.js";

describe("toFloat16", () => {
  it("gives every float16 number back", () => {
    const bits = Uint16Array.from({ length: 0x7c01 }, (_, i) => i); // 0 to infinity, subnormal ones among them
    const all = Uint16Array.of(...bits, ...bits.map((half) => half | 0x8000));
    expect(toFloat16(widened(halfTypes.float16, all))).toEqual(all);
  });

  it.each([
    [1 + 2 ** -11, 0x3c00], // a tie goes to the even one
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000], // carried into the exponent
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 1],
    [Number.NaN, 0x7e00],
  ])("rounds %f to 0x%s", (value, bits) => expect(toFloat16([value])[0]).toBe(bits));
});
