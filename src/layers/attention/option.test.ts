import { describe, expect, it } from "vitest";
import { either, flag, type OptionRule, oneOf, positive, whole } from "./option.js";

const words = oneOf("add", "max");

describe("an option's rule", () => {
  it.each<[string, OptionRule, [string, unknown][]]>([
    [
      "a positive number",
      positive,
      [
        ["2.5", 2.5],
        ["0", undefined],
        ["-1", undefined],
        ["Infinity", undefined],
        ["x", undefined],
        ["", undefined],
      ],
    ],
    [
      "a whole number of at least 1",
      whole(1),
      [
        ["3", 3],
        ["0", undefined],
        ["1.5", undefined],
        ["-3", undefined],
        ["", undefined],
      ],
    ],
    [
      "true or false",
      flag,
      [
        ["true", true],
        ["false", false],
        ["yes", undefined],
      ],
    ],
    [
      "add, max",
      words,
      [
        ["max", "max"],
        ["min", undefined],
      ],
    ],
    [
      "add, max or a whole number of at least 0",
      either(words, whole(0)),
      [
        ["add", "add"],
        ["0", 0],
        ["half", undefined],
      ],
    ],
  ])("for %s reads what it says it expects", (expected, rule, cases) => {
    expect(rule.expected).toBe(expected);
    expect(cases.map(([text]) => [text, rule.read(text)])).toEqual(cases);
  });
});
