import { describe } from "vitest";
import { testArithmetic } from "./rules/arithmetic.test.helper.js";

describe("Add", () => testArithmetic({ op: "Add", b: [10, 20, 30], result: [11, 22, 33, 14, 25, 36] }));
