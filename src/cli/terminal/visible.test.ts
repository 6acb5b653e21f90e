import { describe, expect, it } from "vitest";
import { columns } from "./columns.js";
import { chartFormat, csvFormat, jsonFormat } from "./format-answers.js";
import { noticeText } from "./notice-text.js";
import { visible, visibleLines } from "./visible.js";

describe("visible", () => {
  it.each([
    ["plain name.png", "plain name.png"],
    ["größe 中文 🙂", "größe 中文 🙂"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["\u001b[2Jgone", "\\e[2Jgone"],
    ["\u009b31mred", "\\x9b31mred"],
    ["bell\u0007\u0000\u007f", "bell\\x07\\x00\\x7f"],
    ["gpj.\u202eexe", "gpj.\\u202eexe"],
  ])("shows %j as %j", (name, shown) => {
    expect(visible(name)).toBe(shown);
  });

  it("leaves the ends of lines where a text has several", () => {
    expect(visibleLines("a\u001b[1A\nb\n")).toBe("a\\e[1A\nb\n");
  });
});

// Whatever a name holds, lines stay lines, and terminals obey nothing of it.
describe.each(["a\nb", "a\u001b]0;title\u0007", "x\u0085y", "\r\u001b[2K"])("the name %j", (name) => {
  const answers = [{ index: 0, label: name, probability: 1, logit: 1 }];
  const obeyed = /[\p{Cc}]/u;

  it("keeps a table's rows and widths", () => {
    const lines = columns(
      ["name", "n"],
      [
        [name, "1"],
        ["b", "22"],
      ],
    )
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines.join("")).not.toMatch(obeyed);
  });

  it("keeps a chart's lines", () => {
    const lines = chartFormat(80).answers(name, answers).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toMatch(obeyed);
  });

  it("keeps a notice's line", () => {
    expect(noticeText({ kind: "skipped-image", name, reason: "it is none" })).not.toMatch(obeyed);
  });

  it("is whole in JSON and CSV, which programs read", () => {
    expect(JSON.parse(jsonFormat.answers(name, answers))).toMatchObject({ file: name });
    expect(csvFormat.answers(name, answers)).toContain(name);
  });
});
