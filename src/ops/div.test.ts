import { describe } from "vitest";
import { testArithmetic } from "./rules/arithmetic.test.helper.js";

describe("Div", () =>
  testArithmetic({ op: "Div", b: [2, 4, 8], result: [0.5, 0.5, 0.375, 2, 1.25, 0.75], range: { low: 0.7, high: 2 } }));
