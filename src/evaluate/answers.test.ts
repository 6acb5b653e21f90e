import { expect, it } from "vitest";
import { answersOf } from "./answers.js";

it("names the likeliest classes first, with their share of all", () => {
  const logits = Float32Array.from([0, Math.log(3), Math.log(4)]);
  const [first, second, ...rest] = answersOf(logits, ["a", "b", "c"], 2);
  expect([first!.label, first!.index, first!.logit]).toEqual(["c", 2, logits[2]]);
  expect(first!.probability).toBeCloseTo(4 / 8, 6);
  expect(second!.label).toBe("b");
  expect(second!.probability).toBeCloseTo(3 / 8, 6);
  expect(rest).toEqual([]);
});

it("gives all classes where more are asked for", () =>
  expect(answersOf([1, 2], ["a", "b"], 5).map(({ label }) => label)).toEqual(["b", "a"]));
