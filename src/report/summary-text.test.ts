import { describe, expect, it } from "vitest";
import { summary } from "../account/summary.js";
import { createModel } from "../models/index.js";
import { formatSummary } from "./summary-text.js";

describe("formatSummary", () => {
  it("is a table with totals and the share of attention", () => {
    const { layers, ...rest } = summary(createModel("seresnet20"));
    const text = formatSummary({ ...rest, layers: layers.slice(0, 2) });
    expect(text.split("\n")).toEqual([
      "seresnet20, input 3×32×32",
      "layer        kind     output   params      MACs",
      "conv1        Conv   16×32×32      432   442,368",
      "bn1     BatchNorm   16×32×32       32         0",
      "",
      "parameters  274,847, of which attention 2,373 (0.86 %)",
      "MACs        40,815,200, of which attention 2,016 (0.00 %)",
    ]);
  });

  it.each(["se_shake_shake_26_2x96d", "inception_resnet_v2", "senet154"])("fits 80 columns: %s", (name) => {
    const lines = formatSummary(summary(createModel(name))).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => /^layer +kind/.test(line))).toHaveLength(1); // in one block
  });
});
