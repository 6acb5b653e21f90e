import { describe, expect, it } from "vitest";
import { median } from "./median.js";

describe("median", () => {
  it("is the value in the middle, by size", () => expect(median([30, 4, 100])).toBe(30));
  it("is the mean of the two in the middle of an even number", () => expect(median([4, 30, 100, 1])).toBe(17));
});
