import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutlineRow } from "../insert/outline.js";
import { lanesOf, networkDrawing } from "./network-drawing.js";

const row = (inputs: readonly number[], label = "layer"): OutlineRow => ({
  label,
  shape: "[N, 8, 4, 4]",
  kind: "layer",
  name: "a<b",
  inputs,
});

describe("networkDrawing", () => {
  it("draws a chain in one lane, and a shortcut beside what it passes", () => {
    expect(lanesOf([row([]), row([0]), row([1])]).map(({ lane }) => lane)).toEqual([0, 0, 0]);
    // 0 → 1 → 2 → 3 with 0 → 3
    expect(lanesOf([row([]), row([0]), row([1]), row([0, 2])]).map(({ lane }) => lane)).toEqual([0, 1, 1, 0]);
  });

  it("never has two values in one lane at a time", () => {
    const graphs = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
      .map((numbers) => numbers.map((inputs, i) => row(i === 0 ? [] : [...new Set(inputs.map((n) => n % i))])));
    fc.assert(
      fc.property(graphs, (rows) => {
        const placed = lanesOf(rows);
        for (const [i, a] of placed.entries()) {
          for (const [j, b] of placed.entries()) {
            if (i < j && a.lane === b.lane) expect(j).toBeGreaterThanOrEqual(a.end);
          }
        }
      }),
    );
  });

  it("has a line for every input, escapes names, and makes room for long labels", () => {
    const drawn = networkDrawing([row([]), row([0], "l".repeat(200)), row([0, 1])], "a & b").text;
    expect(drawn.match(/<path /g)).toHaveLength(3);
    expect(drawn).toContain("<title>a&#60;b</title>");
    expect(drawn).toContain('aria-label="a &#38; b"');
    expect(Number(/ width="(\d+)"/.exec(drawn)![1])).toBeGreaterThan(200 * 7);
  });
});
