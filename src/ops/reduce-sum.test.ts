import { describe } from "vitest";
import { testReduction } from "./rules/reduction.test.helper.js";

describe("ReduceSum", () => testReduction("ReduceSum", [[6, 15], [5, 7, 9], [21]], 13));
