import { describe } from "vitest";
import { testReduction } from "./rules/reduction.test.helper.js";

describe("ReduceMean", () => testReduction("ReduceMean", [[2, 5], [2.5, 3.5, 4.5], [3.5]], 18));
