import { describe } from "vitest";
import { testComparison } from "./rules/comparison.test.helper.js";

describe("GreaterOrEqual", () => testComparison("GreaterOrEqual", [1, 1, 0, 1]));
