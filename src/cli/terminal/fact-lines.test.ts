import { expect, it } from "vitest";
import { factLines } from "./fact-lines.js";

it("sets values beside their names and breaks them at 80 letters", () => {
  const long = "a word and ".repeat(9).trim();
  const lines = factLines([
    ["data", "glyphs"],
    ["optimizer", long],
  ]);
  expect(lines[0]).toBe("data       glyphs");
  expect(lines[1]).toBe(`optimizer  ${"a word and ".repeat(6)}a`);
  expect(lines[2]).toBe(`           word and ${"a word and ".repeat(2).trim()}`);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
