import { describe } from "vitest";
import { testArithmetic } from "./rules/arithmetic.test.helper.js";

describe("Sub", () => testArithmetic({ op: "Sub", b: [10, 20, 30], result: [-9, -18, -27, -6, -15, -24] }));
