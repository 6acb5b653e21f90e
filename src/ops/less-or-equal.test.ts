import { describe } from "vitest";
import { testComparison } from "./comparison.test.helper.js";

describe("LessOrEqual", () => testComparison("LessOrEqual", [1, 0, 1, 0]));
