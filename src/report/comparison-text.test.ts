import { describe, expect, it } from "vitest";
import { syntheticComparison } from "../compare/fixture.test.helper.js";
import { summarise } from "../compare/summarise.js";
import { renderTable } from "./comparison-text.js";
import { setColumns, shorten, wrapText } from "./text-columns.js";

const deep = [
  { name: "resnet110", error: 9, params: 1_730_714, macs: 253_150_000 },
  { name: "seresnet110", error: 8.9, params: 1_744_952, macs: 253_160_000 },
];

describe("renderTable", () => {
  const text = renderTable(summarise(syntheticComparison({ models: deep })));

  it("sets errors, cost, overhead and verdict like the paper's Table 2", () => {
    const lines = text.split("\n");
    expect(lines).toContain("Top-1 error (%), gain (points)");
    expect(lines).toContain("model         seed 1   seed 2   seed 3     mean ± sd    gain   95 % interval");
    expect(lines).toContain("model            params   MACs (M)   train images/s   ms/image, batch 1");
    expect(text).toMatch(/^seresnet110 {3}1,744,952 {5}253\.16/m);
    expect(text).toContain("Overhead of seresnet110 over resnet110: params +0.82 %, MACs 0.00 %, training");
    expect(text).toMatch(/(SE helped|Cannot tell)/);
  });

  it.each([
    ["3 seeds", { models: deep }],
    ["1 seed", { models: deep, seeds: 1 }],
    ["12 seeds", { models: deep, seeds: 12 }],
    ["long names", { models: deep.map((m) => ({ ...m, name: `${m.name}${"/very/long/path".repeat(4)}.onnx` })) }],
  ])("fits 80 columns with %s", (_, options) => {
    const lines = renderTable(summarise(syntheticComparison(options))).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  it("shows a single model without a comparison", () => {
    const alone = renderTable(summarise(syntheticComparison({ models: deep.slice(0, 1) })));
    expect(alone).not.toContain("Overhead");
  });
});

it("setColumns moves what does not fit into a block below", () => {
  const names = { head: "name", cells: ["a", "bb"] };
  const columns = [
    { head: "one", cells: ["1", "22"] },
    { head: "two", cells: ["", "4"] },
  ];
  expect(setColumns(names, columns, 20)).toEqual(["name   one   two", "a        1", "bb      22     4"]);
  expect(setColumns(names, columns, 12)).toEqual([
    "name   one",
    "a        1",
    "bb      22",
    "",
    "name   two",
    "a",
    "bb       4",
  ]);
});

it("wrapText never begins a line with a percent sign", () =>
  expect(wrapText("an interval of 95 % and", 17)).toEqual(["an interval of", "95 % and"]));

it("shorten keeps the end", () => expect(shorten("runs/x/model.onnx", 11)).toBe("…model.onnx"));
