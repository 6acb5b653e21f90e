import { describe } from "vitest";
import { testComparison } from "./rules/comparison.test.helper.js";

describe("LessOrEqual", () => testComparison("LessOrEqual", [1, 0, 1, 0]));
