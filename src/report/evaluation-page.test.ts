import { describe, expect, it } from "vitest";
import { Tally } from "../evaluate/tally.js";
import { renderEvaluationReport } from "./evaluation-page.js";
import type { EvaluationResults } from "./evaluation-results.js";
import { renderScores } from "./score-text.js";

/** A model that is right on two images of three and surer the higher the class. */
function measured(classes: number, images: number): EvaluationResults {
  const tally = new Tally(classes);
  for (let n = 0; n < images; n++) {
    const label = n % classes;
    const predicted = n % 3 === 0 ? (label + 1) % classes : label;
    const logits = Float32Array.from({ length: classes }, (_, c) => (c === predicted ? 1 + (label % 5) : (c % 7) / 10));
    tally.add(logits, label, n);
  }
  const { surest } = tally.read();
  return {
    created: "2026-11-24T10:20:30.000Z",
    command: "senet eval --model net.onnx --data folder:pictures",
    environment: { senet: "1", node: "v20", onnxruntime: "1", cpu: "a processor", cores: 2, os: "Linux" },
    model: "net.onnx",
    data: { name: "pictures", classes: Array.from({ length: classes }, (_, c) => `class ${c}`), images },
    measured: tally.read(),
    skipped: 0,
    partial: false,
    imagesPerSecond: 123.4,
    settings: [["mean", "0.5, 0.5, 0.5"]],
    mistakes: surest.map((mistake) => ({
      ...mistake,
      name: `${mistake.index}.jpg`,
      picture: "data:image/jpeg;base64,AA",
    })),
  };
}

const results = measured(12, 240);
const page = await renderEvaluationReport(results);
const headings = (text: string) => [...text.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);

describe("renderEvaluationReport", () => {
  it("is one page that asks for nothing from outside", () => {
    expect(page).not.toMatch(
      /<link|<iframe|<object|\ssrc="(?!data:)|\shref=|@import|url\((?!#)|https?:|fetch\(|import\(/i,
    );
    expect(page).not.toMatch(/<[^>]+\son\w+=/i);
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it("has the figures, every section, and no place without a number", () => {
    expect(headings(page)).toEqual([
      "Does it know what it knows?",
      "What it confuses",
      "Surely wrong",
      "Class by class",
      "How it was measured",
    ]);
    expect(page).toContain("<strong>66.67 %</strong>");
    expect(page).toContain("95 % interval 60.5 to 72.3");
    expect(page).toContain(results.command);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page.match(/<img /g)).toHaveLength(24);
  });

  it("shows names that look like markup as text", async () => {
    const evil = `<script>alert("1")</script>'&`;
    const classes = results.data.classes.map((name) => `${name}${evil}`);
    const mistakes = results.mistakes.map((mistake) => ({ ...mistake, name: evil }));
    const bad = { ...results, model: evil, command: evil, data: { ...results.data, name: evil, classes }, mistakes };
    const text = await renderEvaluationReport({ ...bad, settings: [[evil, evil]] });
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toContain('alert("');
  });

  it("folds the table of many classes, draws no matrix of them, and counts classes without images", async () => {
    const text = await renderEvaluationReport(measured(100, 80));
    expect(headings(text)).toContain("The worst classes");
    expect(text).toContain("<summary>All 80 classes that have images</summary>");
    expect(text).toContain("20 of 100 classes have no images here.");
    expect(text).toContain("100 classes are too many to draw as a matrix");
    expect(text.match(/<svg /g)).toHaveLength(2);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("says that a measurement is partial", async () => {
    const data = { ...results.data, images: 5000 };
    expect(await renderEvaluationReport({ ...results, data, partial: true })).toContain(
      "Stopped after 240 of 5,000 images",
    );
    expect(page).not.toContain("Stopped after");
  });

  it("holds for a model that makes no mistake, or only mistakes, with two classes", async () => {
    for (const right of [true, false]) {
      const tally = new Tally(2);
      for (let n = 0; n < 4; n++) tally.add(Float32Array.of(3, 0), right ? 0 : 1, n);
      const one = { ...measured(2, 4), measured: tally.read(), mistakes: [] };
      const text = await renderEvaluationReport(one);
      expect(text).toContain(`<strong>${right ? "100.00" : "0.00"} %</strong>`);
      expect(text).not.toContain("Top-5");
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
      expect(renderScores(one)).not.toMatch(/NaN|undefined|top-5/);
    }
  });
});

describe("renderScores", () => {
  it("fits 80 columns and ends with where the model errs", () => {
    const lines = renderScores(results).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toBe("net.onnx on pictures: 240 images of 12 classes, 123 images/s.");
    expect(lines[2]).toBe("top-1   66.67 %   95 % interval 60.5 to 72.3");
    expect(lines).toContain("most confused   taken for   images");
  });

  it("says that a measurement is partial", () => {
    const partial = { ...results, partial: true, data: { ...results.data, images: 5000 } };
    expect(renderScores(partial)).toContain("\nPartial: stopped after 240 of 5,000 images.\n");
  });

  it("names no class of few images and no mistake made once", () => {
    expect(renderScores(measured(100, 80))).not.toMatch(/worst|confused/);
  });
});
