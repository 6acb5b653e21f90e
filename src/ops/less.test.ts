import { describe } from "vitest";
import { testComparison } from "./rules/comparison.test.helper.js";

describe("Less", () => testComparison("Less", [0, 0, 1, 0]));
