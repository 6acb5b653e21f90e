import { describe, expect, it } from "vitest";
import { Tally } from "../evaluate/tally.js";
import { renderTrainingReport } from "./training-page.js";
import type { TrainingResults } from "./training-results.js";

/** A training of four epochs whose second was the best: right on two images of three. */
function trained(classes: number, images: number): TrainingResults {
  const tally = new Tally(classes);
  for (let n = 0; n < images; n++) {
    const label = n % classes;
    const predicted = n % 3 === 0 ? (label + 1) % classes : label;
    tally.add(
      Float32Array.from({ length: classes }, (_, c) => (c === predicted ? 2 : 0)),
      label,
      n,
    );
  }
  const epochs = [50, 66.67, 60, 61].map((testTop1, i) => ({
    ...{ epoch: i + 1, lr: 0.1 / (i + 1), trainLoss: 2 / (i + 1), trainLosses: [2.5 / (i + 1), 2 / (i + 1)] },
    ...{ trainTop1: 60, imagesPerSecond: 100, dataWait: 0, testLoss: 1, testTop1, seconds: 30 },
  }));
  const gate = { site: "layer1.0.se", channels: 2, mean: [0.4, 0.6], std: [0.1, 0.1] };
  return {
    created: "2026-11-24T10:20:30.000Z",
    command: "senet train --model net --data folder:pictures",
    environment: { senet: "1", node: "v20", onnxruntime: "1", cpu: "a processor", cores: 2, os: "Linux" },
    model: "net",
    data: {
      name: "pictures",
      classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
      train: 900,
      test: images,
    },
    seed: 3,
    facts: [["batch", "16 images"]],
    epochs,
    kept: { epoch: 2, averaged: true },
    measured: tally.read(),
    mistakes: tally.read().surest.map((mistake) => ({ ...mistake, name: `${mistake.index}.jpg` })),
    gates: [{ ...gate, perClass: Array.from({ length: classes }, () => [0.4, 0.6]) }],
    spatialGates: 0,
  };
}

const results = trained(12, 240);
const page = await renderTrainingReport(results);
const headings = (text: string) => [...text.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);

describe("renderTrainingReport", () => {
  it("has the figures of the kept epoch, every section, and no place without a number", () => {
    expect(headings(page)).toEqual([
      "Learning curves",
      "What it confuses",
      "Surely wrong",
      "Class by class",
      "What the gates do",
      "How it was trained",
    ]);
    expect(page).toContain("<strong>66.67 %</strong>");
    expect(page).toContain("<strong>epoch 2</strong> <span>of 4, the best, averaged</span>");
    expect(page).toContain("<strong>2:00</strong>");
    expect(page).toContain(results.command);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(page.match(/<svg /g)).toHaveLength(3 + 1 + 2); // curves, confusions, gates
    expect(page).not.toMatch(/<link|<iframe|\ssrc="(?!data:)|@import|https?:/i);
  });

  it("owns up that the best epoch was chosen on the test images, where the last is another", async () => {
    const choice = "because it did best on the test images";
    expect(page).toContain(choice);
    expect(await renderTrainingReport({ ...results, kept: { epoch: 4, averaged: false } })).not.toContain(choice);
  });

  it("says how far a run came that was stopped", async () => {
    const text = await renderTrainingReport({ ...results, stoppedOf: 30, gates: [] });
    expect(text).toContain("4 epochs with seed 3; stopped, of 30, before what the gates do was measured.");
    expect(page).not.toContain("stopped, of");
  });

  it("shows names that look like markup as text", async () => {
    const evil = `<script>alert("1")</script>'&`;
    const data = { ...results.data, name: evil, classes: results.data.classes.map((name) => name + evil) };
    const text = await renderTrainingReport({ ...results, model: evil, command: evil, data, facts: [[evil, evil]] });
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toContain('alert("');
  });

  it("holds for one epoch, two classes, no gates and a loss that is no number", async () => {
    const [first] = results.epochs;
    const epochs = [{ ...first!, lr: 0, trainLoss: Number.NaN, trainLosses: [Number.NaN] }];
    const kept = { epoch: 1, averaged: false };
    const text = await renderTrainingReport({ ...trained(2, 4), command: undefined, epochs, kept, gates: [] });
    expect(headings(text)).not.toContain("What the gates do");
    expect(text).not.toContain("Test top-5");
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});
