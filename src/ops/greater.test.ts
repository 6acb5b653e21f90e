import { describe } from "vitest";
import { testComparison } from "./rules/comparison.test.helper.js";

describe("Greater", () => testComparison("Greater", [0, 1, 0, 1]));
