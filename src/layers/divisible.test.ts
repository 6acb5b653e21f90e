import { expect, it } from "vitest";
import { divisible } from "./divisible.js";

it.each([
  [4, {}, 8], // at least one of it
  [11.9, {}, 8],
  [12, {}, 16],
  [18, {}, 16],
  [18, { keep: 0.9 }, 24], // 16 is less than 16.2
  [18, { keep: 0.85 }, 16],
  [18, { divisor: 4 }, 20],
])("divisible(%d, %j) is %i", (value, options, expected) => expect(divisible(value, options)).toBe(expected));
