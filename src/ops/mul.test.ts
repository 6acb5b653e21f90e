import { describe } from "vitest";
import { testArithmetic } from "./rules/arithmetic.test.helper.js";

describe("Mul", () => testArithmetic({ op: "Mul", b: [10, 20, 30], result: [10, 40, 90, 40, 100, 180] }));
